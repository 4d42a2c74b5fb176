-- Coterie in Neovim 0.7 or newer: grey text after the cursor while you type; a key of your choice takes it.
local M = {}

local namespace = vim.api.nvim_create_namespace("coterie")
-- What setup was given, and the client of the server that it has started; nil while none runs.
local given
local client_id
-- When a server that had ended was started again, in seconds: at most so many times within so many seconds.
local restarts = {}
local most_restarts, within = 3, 180
-- What is shown: { buffer, line, column, text }, line and column from 0, column in bytes.
local shown
-- The request that is under way, to be cancelled by the next one.
local request

-- Neovim's names for languages, where the protocol has others.
local language_ids = { sh = "shellscript", bash = "shellscript", cs = "csharp", tex = "latex", plaintex = "tex", rst = "restructuredtext" }

local function clear()
  if shown and vim.api.nvim_buf_is_valid(shown.buffer) then
    vim.api.nvim_buf_clear_namespace(shown.buffer, namespace, 0, -1)
  end
  shown = nil
end

local function show(buffer, line, column, text)
  clear()
  local first, rest = text:match("^([^\n]*)\n?(.*)$")
  local behind = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1] or ""
  local place = vim.fn.has("nvim-0.10") == 1 and "inline" or (column >= #behind and "overlay" or "eol")
  local mark = { virt_text = { { first, "Comment" } }, virt_text_pos = place, hl_mode = "combine" }
  if rest ~= "" then
    mark.virt_lines = vim.tbl_map(function(each) return { { each, "Comment" } } end, vim.split(rest, "\n"))
  end
  vim.api.nvim_buf_set_extmark(buffer, namespace, line, column, mark)
  shown = { buffer = buffer, line = line, column = column, text = text }
end

local function client()
  return client_id and vim.lsp.get_client_by_id(client_id)
end

-- Calls a method of a client, which since 0.11 wants the client itself in front.
local function call(server, method, ...)
  if vim.fn.has("nvim-0.11") == 1 then return server[method](server, ...) end
  return server[method](...)
end

-- Asks for a completion at the cursor; what comes too late, after the cursor has moved, is left out.
function M.ask()
  clear()
  local server = client()
  if not server then return end
  if request then call(server, "cancel_request", request) end
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
  params.context = { triggerKind = 2 }
  local _, id = call(server, "request", "textDocument/inlineCompletion", params, function(problem, result)
    request = nil
    if problem then
      -- A cancelled request is none of the user's business.
      if problem.code ~= -32800 then vim.notify("Coterie: " .. problem.message, vim.log.levels.WARN) end
      return
    end
    local items = result and (result.items or result) or {}
    local now = vim.api.nvim_win_get_cursor(0)
    local still = vim.api.nvim_get_current_buf() == buffer and now[1] == row and now[2] == column
    if items[1] and still and vim.api.nvim_get_mode().mode == "i" then
      -- Line ends of the file; a buffer has none.
      local text = items[1].insertText:gsub("\r\n", "\n")
      show(buffer, row - 1, column, text)
    end
  end, buffer)
  request = id
end

-- The text that is shown, or an empty string.
function M.text()
  return shown and shown.text or ""
end

-- Puts in what is shown; returns false when there is nothing.
function M.accept()
  if not shown then return false end
  local it = shown
  clear()
  local lines = vim.split(it.text, "\n")
  vim.api.nvim_buf_set_text(it.buffer, it.line, it.column, it.line, it.column, lines)
  local column = #lines == 1 and it.column + #lines[1] or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { it.line + #lines, column })
  return true
end

-- Has a command of the server executed; `done` hears its result, the user what went wrong.
local function execute(command, argument, done)
  local server = client()
  if not server then
    local what = given and "its server does not run; :CoterieRestart starts it" or "call setup first"
    return vim.notify("Coterie: " .. what, vim.log.levels.WARN)
  end
  local params = { command = "coterie.server." .. command, arguments = { argument } }
  call(server, "request", "workspace/executeCommand", params, function(problem, result)
    if problem then return vim.notify("Coterie: " .. problem.message, vim.log.levels.WARN) end
    done(result)
  end, vim.api.nvim_get_current_buf())
end

-- Shows lines in a window of their own.
local function page(name, lines)
  local found = vim.fn.bufnr("^" .. vim.fn.fnameescape(name) .. "$")
  local buffer = found > 0 and found or vim.api.nvim_create_buf(false, true)
  if found <= 0 then vim.api.nvim_buf_set_name(buffer, name) end
  vim.bo[buffer].filetype = "markdown"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  if vim.fn.bufwinid(buffer) < 0 then
    vim.cmd("botright vsplit")
    vim.api.nvim_win_set_buf(0, buffer)
    vim.cmd("wincmd p")
  end
end

-- Explains the lines from `first` to `last`, or the function at the cursor when they are one.
function M.explain(first, last)
  local server = client()
  local here = vim.lsp.util.make_position_params(0, server and server.offset_encoding or "utf-16")
  local range = { start = here.position, ["end"] = here.position }
  if first and last and last > first then
    range = { start = { line = first - 1, character = 0 }, ["end"] = { line = last, character = 0 } }
  end
  execute("explain", { uri = here.textDocument.uri, range = range }, function(it)
    local lines = {}
    for _, fact in ipairs(it.facts) do table.insert(lines, "- " .. fact.name .. ": " .. fact.text) end
    if #lines > 0 then table.insert(lines, "") end
    vim.list_extend(lines, vim.split("> " .. it.text:gsub("\n", "\n> "), "\n"))
    vim.list_extend(lines, { "", "Expert " .. it.expert .. ", rule " .. it.rule .. ": " .. it.because .. " It may be wrong." })
    page("Coterie: Explanation", lines)
  end)
end

-- Writes a comment for the function at the cursor; `u` takes it back.
function M.document()
  local server = client()
  local here = vim.lsp.util.make_position_params(0, server and server.offset_encoding or "utf-16")
  execute("document", { uri = here.textDocument.uri, position = here.position }, function(it)
    if #it.edits > 0 then vim.notify("Coterie: a comment by " .. it.expert .. ", rule " .. it.rule .. "; u takes it back") end
  end)
end

-- Calculates a formula and tells the result.
function M.calculate(text)
  execute("calculate", { text = text, steps = false }, function(it)
    if type(it.result) ~= "string" then return vim.notify("Coterie: this cannot be calculated: " .. it.why, vim.log.levels.WARN) end
    vim.fn.setreg('"', it.result)
    vim.notify("Coterie: " .. it.result .. " (p puts it in)")
  end)
end

local function attach(buffer)
  if client_id and vim.bo[buffer].buftype == "" and not vim.lsp.buf_is_attached(buffer, client_id) then
    vim.lsp.buf_attach_client(buffer, client_id)
  end
end

local start

-- Starts a server again that has ended by itself, unless it does so over and over.
local function ended(id, code, signal)
  -- Another one has taken its place, or it was stopped; or Neovim itself is leaving.
  if id ~= client_id or vim.v.exiting ~= vim.NIL then return end
  client_id, request = nil, nil
  clear()
  -- Whoever stops it by Neovim's own means wants it stopped.
  if code == 0 and (signal == 0 or signal == 15) then return end
  local now = os.time()
  restarts = vim.tbl_filter(function(each) return now - each < within end, restarts)
  local how = "its server has ended (" .. (signal ~= 0 and "signal " .. signal or "status " .. code) .. ")"
  if #restarts >= most_restarts then
    return vim.notify("Coterie: " .. how .. " again; :CoterieRestart starts it", vim.log.levels.ERROR)
  end
  table.insert(restarts, now)
  vim.notify("Coterie: " .. how .. " and is started again", vim.log.levels.WARN)
  start()
end

local function stop()
  local server = client()
  -- From here on it is nobody's: that it ends is no surprise.
  client_id, request = nil, nil
  clear()
  -- By force: one that hangs does not listen to anything else.
  if server then call(server, "stop", true) end
end

start = function()
  local config = {
    name = "coterie",
    cmd = { given.node or "node", given.server, "--stdio" },
    root_dir = vim.fn.getcwd(),
    -- Whoever opens a folder in Neovim trusts it; its rules only choose among experts.
    init_options = { trusted = true },
    settings = { coterie = given.settings or vim.empty_dict() },
    get_language_id = function(_, filetype) return language_ids[filetype] or filetype end,
    on_exit = function(code, signal, id)
      vim.schedule(function() ended(id, code, signal) end)
    end,
  }
  if vim.fn.has("nvim-0.11") == 1 then
    client_id = vim.lsp.start(config, { attach = false, reuse_client = function() return false end })
  else
    client_id = vim.lsp.start_client(config)
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].buflisted then attach(buffer) end
  end
end

-- Stops the server, where one runs, and starts it; what has ended before is forgotten.
function M.restart()
  if not given then return vim.notify("Coterie: call setup first", vim.log.levels.WARN) end
  stop()
  restarts = {}
  start()
end

-- options.server: path of Coterie's dist/server.js. options.node: the Node to run it with. options.accept: the key that takes
-- a completion (default <C-l>). options.settings: as under "coterie." in VS Code, for instance { debounce = 150 }.
function M.setup(options)
  options = options or {}
  if not options.server or vim.fn.filereadable(options.server) == 0 then
    error("coterie: set server to the path of dist/server.js, which `npm run build` makes")
  end
  given = options
  M.restart()
  local group = vim.api.nvim_create_augroup("coterie", { clear = true })
  local on = function(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = callback })
  end
  on({ "BufEnter", "FileType" }, function(event) attach(event.buf) end)
  on({ "TextChangedI", "CursorMovedI" }, M.ask)
  on({ "InsertLeave", "BufLeave" }, clear)
  local command = vim.api.nvim_create_user_command
  command("CoterieExplain", function(it) M.explain(it.line1, it.line2) end, { range = true })
  command("CoterieDocument", M.document, {})
  command("CoterieCalculate", function(it) M.calculate(it.args) end, { nargs = "+" })
  command("CoterieRestart", M.restart, {})
  local key = options.accept or "<C-l>"
  vim.keymap.set("i", key, function()
    if not M.accept() then
      vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, false, true), "n", false)
    end
  end, { desc = "Take Coterie's completion" })
end

return M
