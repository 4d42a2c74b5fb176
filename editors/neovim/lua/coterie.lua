-- Coterie in Neovim 0.7 or newer: grey text behind the cursor while you type; a key of your choice takes it.
local M = {}

local namespace = vim.api.nvim_create_namespace("coterie")
local client_id
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

-- Asks for a completion at the cursor; what comes too late, after the cursor has moved, is left out.
function M.ask()
  clear()
  local server = client()
  if not server then return end
  if request then server.cancel_request(request) end
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
  params.context = { triggerKind = 2 }
  local _, id = server.request("textDocument/inlineCompletion", params, function(problem, result)
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
      show(buffer, row - 1, column, items[1].insertText)
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

local function attach(buffer)
  if client_id and vim.bo[buffer].buftype == "" and not vim.lsp.buf_is_attached(buffer, client_id) then
    vim.lsp.buf_attach_client(buffer, client_id)
  end
end

-- options.server: path of Coterie's dist/server.js. options.node: the Node to run it with. options.accept: the key that takes
-- a completion (default <C-l>). options.settings: as under "coterie." in VS Code, for instance { debounce = 150 }.
function M.setup(options)
  options = options or {}
  if not options.server or vim.fn.filereadable(options.server) == 0 then
    error("coterie: set server to the path of dist/server.js, which `npm run build` makes")
  end
  client_id = vim.lsp.start_client({
    name = "coterie",
    cmd = { options.node or "node", options.server, "--stdio" },
    root_dir = vim.fn.getcwd(),
    -- Whoever opens a folder in Neovim trusts it; its rules only choose among experts.
    init_options = { trusted = true },
    settings = { coterie = options.settings or vim.empty_dict() },
    get_language_id = function(_, filetype) return language_ids[filetype] or filetype end,
  })
  local group = vim.api.nvim_create_augroup("coterie", { clear = true })
  local on = function(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = callback })
  end
  on({ "BufEnter", "FileType" }, function(event) attach(event.buf) end)
  on({ "TextChangedI", "CursorMovedI" }, M.ask)
  on({ "InsertLeave", "BufLeave" }, clear)
  attach(vim.api.nvim_get_current_buf())
  local key = options.accept or "<C-l>"
  vim.keymap.set("i", key, function()
    if not M.accept() then
      vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, false, true), "n", false)
    end
  end, { desc = "Take Coterie's completion" })
end

return M
