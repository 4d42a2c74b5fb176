// The user's tests as a check: run without a shell, told with their output, ended when they hang, asked before and behind steps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callFor, runTests, type Tested, Tests } from "../../../server/plan/tests.ts";
import { folderOf } from "./on.ts";

const node = (script: string, limit?: number) =>
  runTests([process.execPath, "-e", script, "$HOME; exit 3"], folderOf({}), limit);

test("What ends with 0 passes; else why, and the end of what it has printed", async () => {
  assert.equal(await node(""), null);
  const failed = await node('console.log("x".repeat(9000)); console.error("1 failed"); process.exit(2)');
  assert.match(failed!.why, /ended with status 2$/);
  assert.match(failed!.output, /1 failed$/);
  assert.ok(failed!.output.length <= 6000);
});

test("Arguments are never read by a shell", async () => {
  const said = await node("console.log(process.argv.at(-1)); process.exit(1)");
  assert.equal(said!.output, "$HOME; exit 3");
});

test("What cannot be run is told; what hangs is ended with all that it has started", async () => {
  assert.match((await runTests(["coterie-no-such-program"], folderOf({})))!.why, /cannot be run/);
  const child =
    'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e3)"], { stdio: "inherit" });';
  const late = await node(`${child} setInterval(() => {}, 1000);`, 1_500);
  assert.match(late!.why, /took more than 2 seconds and was ended/);
});

test("What has left the group and holds the output open keeps nobody waiting, and does not bring the process down", async () => {
  const child =
    'const away = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 12e3)"], { stdio: "inherit", detached: true });';
  const started = performance.now();
  const late = await node(`${child} away.unref(); console.log("left");`, 3_000);
  assert.match(late!.why, /was ended/);
  assert.equal(late!.output, "left");
  assert.ok(performance.now() - started < 11_000);
});

/** How a command is started in a Windows with these files. */
function inWindows(
  argv: readonly string[],
  files: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) {
  const env = {
    PATH: 'C:\\empty;"C:\\Program Files\\nodejs";tools',
    PATHEXT: ".COM;.EXE;.BAT;.CMD;.VBS;.JS",
    ...variables,
  };
  const isFile = (path: string) => files.some((file) => file.toLowerCase() === path.toLowerCase());
  const call = callFor(argv, "D:\\shop", { platform: "win32", env, isFile });
  return [call.program, ...call.args].join(" ");
}

test("Windows: batch files such as npm are found over PATH and given to their interpreter, programs are started themselves", () => {
  const npm = ["C:\\Program Files\\nodejs\\npm", "C:\\Program Files\\nodejs\\npm.cmd"];
  const line = String.raw`cmd.exe /d /e:on /v:off /s /c ""C:\Program Files\nodejs\npm.cmd" test"`;
  assert.equal(inWindows(["npm", "test"], npm), line);
  assert.equal(inWindows(["npm.cmd", "test"], npm, { PATHEXT: "" }), line);
  assert.equal(inWindows(["npm"], [...npm, "C:\\empty\\npm.EXE"]), "C:\\empty\\npm.exe");
  // A batch file of the folder is run only where the command says so.
  const local = ["D:\\shop\\gradlew.bat", "D:\\shop\\tools\\gradlew.bat"];
  assert.equal(inWindows(["gradlew", "a b"], local), "gradlew a b");
  assert.match(inWindows([".\\gradlew", "a b"], local), /\/c "D:\\shop\\gradlew\.bat "a b""$/);
  assert.match(inWindows(["tools/gradlew"], local, { ComSpec: "C:\\cmd.exe" }), /^C:\\cmd.*tools\\gradlew\.bat"$/);
  assert.equal(inWindows(["gone", "%PATH%"], npm), "gone %PATH%");
});

test("Windows: what stands in the arguments of a batch file stays one word and is never a command", () => {
  const words = (...args: string[]) => {
    const { length } = 'cmd.exe /d /e:on /v:off /s /c "C:\\t.bat ';
    return inWindows(["t", ...args], ["C:\\t.bat"], { PATH: "C:\\" }).slice(length, -1);
  };
  assert.equal(words("--grep", "a&calc", ""), '--grep "a&calc" ""');
  assert.equal(words('say "hi"&calc'), '"say ""hi""&calc"');
  assert.equal(words("C:\\a b\\", "C:\\a\\b", "end\\"), String.raw`"C:\a b\\" C:\a\b "end\\"`);
  assert.equal(words('back\\"slash'), String.raw`"back\\""slash"`);
  assert.equal(words("%PATH%"), '"%%cd:~,%PATH%%cd:~,%"');
  assert.equal(words("a^b", "!x!", "caf\u00e9"), '"a^b" "!x!" "caf\u00e9"');
  assert.throws(() => words("one\ntwo"), /several lines/);
});

test("Elsewhere a command is started as it stands", () => {
  const call = callFor(["npm", "test"], "/", { platform: "linux", env: {}, isFile: () => true });
  assert.deepEqual(call, { program: "npm", args: ["test"], verbatim: false });
});

test("They are asked once before the first step and behind each; where they fail, before the next one again", async () => {
  const found: Tested[] = [null, null, { why: "broken", output: "" }, null, null];
  let asked = 0;
  const tests = new Tests(async () => found[asked++]!);
  assert.deepEqual([await tests.before(), await tests.behind(), asked], [null, null, 2]);
  assert.deepEqual([await tests.before(), (await tests.behind())?.why, asked], [null, "broken", 3]);
  assert.deepEqual([await tests.before(), asked], [null, 4]);
});
