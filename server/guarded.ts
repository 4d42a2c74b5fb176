// Files that no plan may touch, whatever the user agrees to: what runs by itself, what installs, and what decides what runs.

const folders = new Set([
  ".git",
  ".hg",
  ".svn",
  ".vscode",
  ".vscode-server",
  ".idea",
  ".github",
  ".gitlab",
  ".forgejo",
  ".gitea",
  ".circleci",
  ".buildkite",
  ".husky",
  ".ci",
  ".devcontainer",
  ".coterie",
  "node_modules",
  "__pycache__",
  "site-packages",
  ".venv",
]);

const names =
  /^(package(-lock)?\.json|.*\.lock|pnpm-lock\.yaml|\.gitlab-ci\.yml|\.travis\.yml|jenkinsfile.*|azure-pipelines.*|dockerfile.*|makefile|\.gitignore|\.coterieignore|\.gitattributes|\.gitmodules|\.bashrc|\.zshrc|\.profile|\.bash_profile|\.pre-commit-config\.yaml|conftest\.py|sitecustomize\.py|.*\.code-workspace)$/;

/** Names that Windows reads as devices. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/;

/** Why a path inside a workspace folder must not be edited, in words, or null. `below` with "/". */
export function guardedIn(below: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it keeps out
  if (/[\u0000-\u001f]/.test(below)) return "its name holds control characters";
  const parts = below.split("/").map((part) => part.normalize("NFKC").toLowerCase());
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "its path is not plain";
  if (parts.some((part) => devices.test(part) || /[. ]$/.test(part) || /[:~]\d*$|:/.test(part))) {
    return "its name means something else on Windows";
  }
  const folder = parts.slice(0, -1).find((part) => folders.has(part));
  if (folder) return `plans do not touch files in ${folder}`;
  return names.test(parts.at(-1)!) ? `plans do not touch files like ${below.split("/").at(-1)}` : null;
}
