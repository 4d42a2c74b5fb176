// The server of llama-cpp-python with the embedded weights, as an expert on another machine. It takes minutes to build, so that
// it is asked only where COTERIE_LLAMA_PYTHON names a Python that has it: pip install "llama-cpp-python[server]".
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { playedEngine } from "./engine.ts";
import { inRepository, Pair } from "./pair.ts";

const python = process.env["COTERIE_LLAMA_PYTHON"];
const weights = inRepository("experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf");
const text = "// Adds two numbers.\nfunction add(a: number, b: number): number {\n  return \n}\n";
const place = { line: 2, character: 9 };

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (typeof address !== "object" || address === null) throw new Error("the system gave no port");
  return address.port;
}

describe("llama-cpp-python's server", { skip: python === undefined }, () => {
  let url: string;
  let stop: () => Promise<unknown>;
  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1`;
    const args = ["-m", "llama_cpp.server", "--model", weights, "--model_alias", "smol", "--port", String(port)];
    const server = spawn(python!, [...args, "--n_ctx", "2048", "--api_key", "secret"], { stdio: "ignore" });
    stop = () => {
      const ended = once(server, "exit");
      server.kill();
      return ended;
    };
    for (const end = Date.now() + 60_000; ; ) {
      const there = await fetch(`${url}/models`, { headers: { authorization: "Bearer secret" } }).catch(() => null);
      if (there?.ok) return;
      if (server.exitCode !== null || Date.now() > end) throw new Error("llama_cpp.server does not start");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  after(() => stop());

  async function editor(key: string | null) {
    const settings = { remoteExperts: { team: { url, model: "smol" } }, model: "team" };
    const pair = await Pair.open({ open: async () => playedEngine(["general"], "local;"), settings });
    pair.client.onRequest("coterie/remoteKey", () => key);
    const uri = pair.uri("add.ts");
    await pair.openDocument(uri, text);
    await pair.ready();
    return { pair, uri };
  }

  test("completes a line", async () => {
    const { pair, uri } = await editor("secret");
    const [item] = await pair.complete(uri, place, { invoked: true });
    assert.equal(item?.insertText, "a + b;");
    const { expert, host } = pair.answers.at(-1)!;
    assert.deepEqual([expert, host], ["team", new URL(url).host]);
    await pair.close();
  });

  test("is cancelled, and answers the next request", async () => {
    const { pair, uri } = await editor("secret");
    const cancel = new CancellationTokenSource();
    const first = pair.complete(uri, place, { invoked: true, cancel });
    cancel.cancel();
    assert.deepEqual(await first, []);
    const [item] = await pair.complete(uri, place, { invoked: true });
    assert.equal(item?.insertText, "a + b;");
    await pair.close();
  });

  test("refuses a wrong key, and a local expert answers", async () => {
    const { pair, uri } = await editor("wrong");
    const [item] = await pair.complete(uri, place, { invoked: true });
    const { expert, wanted, absent } = pair.answers.at(-1)!;
    assert.deepEqual([item?.insertText, expert, wanted], ["local;", "general", "team"]);
    assert.match(absent ?? "", /^it said 401/);
    await pair.close();
  });
});
