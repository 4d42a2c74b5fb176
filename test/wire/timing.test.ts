// When the model is asked and when not: rhythm, what is being written, what was answered before, what comes next.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Engine, GenerateRequest } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { playedEngine } from "./engine.ts";
import { Pair, type PairOptions } from "./pair.ts";

const line = { line: 0, character: 10 };
const text = "const a = \nconst b = 2;\n";
const behind = (characters: number) => ({ line: 0, character: 10 + characters });

async function started(options: PairOptions, content = text) {
  const pair = await Pair.open(options);
  const uri = pair.uri("a.ts");
  await pair.openDocument(uri, content);
  await pair.ready();
  return { pair, uri };
}

/** An engine that writes piece by piece, when the test says so. */
function writing() {
  const requests: GenerateRequest[] = [];
  let give: (piece: string | null) => void = () => undefined;
  let begun: () => void = () => undefined;
  const engine: Engine = {
    ...playedEngine(["general"]),
    async *generate(request, signal) {
      requests.push(request);
      let written = "";
      for (;;) {
        const piece = await new Promise<string | null>((resolve) => {
          give = resolve;
          signal.addEventListener("abort", () => resolve(null));
          begun();
        });
        if (piece === null) break;
        written += piece;
        yield piece;
      }
      const tokens = [{ id: 0, text: written, logProbability: -0.1 }];
      const stop = signal.aborted ? ("cancelled" as const) : ("stop" as const);
      const counts = { shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
      return { continuations: [{ text: written, tokens, stop }], ...counts };
    },
  };
  const waits = () => new Promise<void>((resolve) => (begun = resolve));
  return {
    engine,
    requests,
    waits,
    /** Gives a piece (null: the end) and waits until the next one is wanted. */
    async give(piece: string) {
      const next = waits();
      give(piece);
      await next;
    },
    end: () => give(null),
  };
}

test("what is being written goes on while the user types it, and is ended by anything else", async () => {
  const { engine, requests, waits, give, end } = writing();
  const { pair, uri } = await started({ open: async () => engine });
  const begun = waits();
  const first = pair.complete(uri, line);
  await begun;
  await give("load(");
  await pair.type(uri, line, "lo");
  const second = pair.complete(uri, behind(2));
  assert.deepEqual(await first, []);
  // With what is typed in front of it, it is checked in the text as it was: "load(x)lo" would be an error.
  await give("x)");
  end();
  assert.equal((await second)[0]?.insertText, "ad(x)");
  assert.equal(requests.length, 1);
  // What was shown is known now.
  await pair.type(uri, behind(2), "ad");
  assert.equal((await pair.complete(uri, behind(4)))[0]?.insertText, "(x)");

  await pair.type(uri, behind(4), "Z");
  const other = waits();
  const third = pair.complete(uri, behind(5));
  await other;
  await give("unused");
  await pair.type(uri, behind(5), "W");
  const again = waits();
  const fourth = pair.complete(uri, behind(6));
  assert.deepEqual(await third, []);
  await again;
  await give("y;");
  end();
  assert.equal((await fourth)[0]?.insertText, "y;");
  assert.equal(requests.length, 3);
  await pair.close();
});

test("while the next key is waited for, what would be asked is read as far as it would be then", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine, settings: { debounce: 75 } });
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  try {
    await pair.type(uri, line, "f");
    const items = pair.complete(uri, behind(1));
    while (engine.warmed.length === 0) {
      for (let i = 0; i < 3; i++) await pair.route(uri, line);
      mock.timers.tick(1);
    }
    assert.equal(engine.started.length, 0);
    mock.timers.tick(75);
    const { request, finish } = await engine.nth(0);
    const [{ sequence, expert, prompt, shorter, heal }] = engine.warmed as [(typeof engine.warmed)[0]];
    assert.notEqual(shorter, undefined);
    const { sequence: own, expert: who, prompt: whole, shorter: less, heal: heals } = request;
    assert.deepEqual([sequence, expert, prompt, shorter, heal], [own, who, whole, less, heals]);
    finish("oo();");
    assert.equal((await items)[0]?.insertText, "oo();");
    assert.equal(engine.warmed.length, 1);
  } finally {
    mock.timers.reset();
  }
  await pair.close();
});

test("behind an answer for which less was read than there is the whole prompt is read", async () => {
  const played = playedEngine(["general"], "f(1);");
  const shortening: Engine = {
    ...played,
    async *generate(request, signal) {
      return { ...(yield* played.generate(request, signal)), shortened: true };
    },
  };
  const { pair, uri } = await started({ open: async () => shortening });
  assert.equal((await pair.complete(uri, line, { invoked: true })).length, 1);
  while (played.warmed.length === 0) await pair.route(uri, line);
  const [{ sequence, prompt, shorter }] = played.warmed as [(typeof played.warmed)[0]];
  const [{ request }] = played.started as [(typeof played.started)[0]];
  assert.deepEqual([sequence, prompt, shorter], [request.sequence, request.prompt, undefined]);
  await pair.close();
});

test("20 fast keystrokes start at most two generations", async () => {
  const engine = playedEngine(["general"]);
  const { pair, uri } = await started({ open: async () => engine, settings: { debounce: 75 } });
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const uniform = uniforms(7);
  try {
    const requests: Promise<unknown>[] = [];
    for (let at = 0; at < 20; at++) {
      await pair.type(uri, behind(at), "x");
      requests.push(pair.complete(uri, behind(at + 1)));
      // Round trips, so that the server has taken the keystroke in before time goes on.
      for (let i = 0; i < 3; i++) await pair.route(uri, line);
      mock.timers.tick(90 + Math.floor(30 * uniform()));
      for (let i = 0; i < 3; i++) await pair.route(uri, line);
    }
    mock.timers.tick(500);
    while (engine.running() === 0) await pair.route(uri, line);
    assert.ok(engine.started.length <= 2, `${engine.started.length} generations`);
    engine.started.at(-1)!.finish("f(1);");
    assert.deepEqual((await Promise.all(requests)).slice(0, -1).flat(), []);
  } finally {
    mock.timers.reset();
  }
  await pair.close();
});

test("going back to a place is answered from memory, until a setting or another document changes", async () => {
  const engine = playedEngine(["general"], "f(1);");
  const { pair, uri } = await started({ open: async () => engine });
  const erase = async () => {
    await pair.edit(uri, { start: line, end: behind(1) }, "");
  };
  await pair.complete(uri, line);
  await pair.type(uri, line, "z");
  await pair.complete(uri, behind(1));
  await erase();
  assert.equal((await pair.complete(uri, line))[0]?.insertText, "f(1);");
  assert.equal(engine.started.length, 2);
  assert.deepEqual([pair.answers.length, pair.answers[2]?.newTokens, pair.answers[2]?.ms], [3, 0, 0]);

  await pair.type(uri, line, "z");
  await pair.openDocument(pair.uri("b.ts"), "export const more = 1;\n");
  await erase();
  await pair.complete(uri, line);
  assert.equal(engine.started.length, 3);
  const coterie = { debounce: 0, maxTokens: 12 };
  await pair.client.sendNotification("workspace/didChangeConfiguration", { settings: { coterie } });
  await pair.complete(uri, line);
  assert.equal(engine.started.length, 4);
  await pair.close();
});

test("no line is prepared where completions are switched off", async () => {
  const engine = playedEngine(["general"]);
  const pair = await Pair.open({ open: async () => engine, settings: { commentsAndStrings: false } });
  const uri = pair.uri("a.py");
  await pair.openDocument(uri, 'def f(a):\n    """Adds \n\n    """\n    return a\n', "python");
  await pair.ready();
  const at = { line: 1, character: 12 };
  const asked = pair.complete(uri, at, { invoked: true });
  (await engine.nth(0)).finish("one to it.");
  assert.equal((await asked)[0]?.insertText, "one to it.");
  await pair.type(uri, at, "one to it.");
  await pair.type(uri, { line: 1, character: 22 }, "\n    ");
  assert.deepEqual(await pair.complete(uri, { line: 2, character: 4 }), []);
  await setTimeout(400);
  assert.equal(engine.started.length, 1);
  await pair.close();
});

test("when all of a suggestion stands in the text the line behind it is prepared", async () => {
  const engine = playedEngine(["general"], "load();");
  const { pair, uri } = await started({ open: async () => engine }, "function f() {\n  a();\n  const x = \n}\n");
  const at = { line: 2, character: 12 };
  const [item] = await pair.complete(uri, at);
  assert.equal(item?.insertText, "load();");
  await pair.type(uri, at, "load();");
  const prepared = await engine.nth(1);
  assert.ok(String(prepared.request.prompt.at(-1)).endsWith("  const x = load();\n  "));
  const answers = pair.answers.length;
  await pair.type(uri, { line: 2, character: 19 }, "\n  ");
  assert.equal((await pair.complete(uri, { line: 3, character: 2 })).length, 1);
  assert.equal(engine.started.length, 2);
  assert.equal(pair.answers.length, answers + 1, "what is only prepared is no answer");
  await pair.close();
});

test("who asks sees what else there is, each once and only what may be shown", async () => {
  const texts = ["load(1);", "load(2);", "load(1);", "load(;", "save();"];
  const engine: Engine = {
    ...playedEngine(["general"]),
    async *generate() {
      yield texts[0]!;
      const continuations = texts.map((each) => ({ text: each, tokens: [], stop: "stop" as const }));
      return { continuations, shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
    },
  };
  const { pair, uri } = await started({ open: async () => engine });
  const offered = (await pair.complete(uri, line, { invoked: true })).map(({ insertText }) => insertText);
  assert.deepEqual(offered, ["load(1);", "load(2);", "save();"]);
  await pair.close();
});

test("what the model is not sure enough of is withheld, and the reason told; who asks sees it", async () => {
  const unlikely: Engine = {
    ...playedEngine(["general"]),
    async *generate() {
      yield "f(1);";
      const continuations = [
        { text: "f(1);", tokens: [{ id: 0, text: "f(1);", logProbability: -0.6 }], stop: "stop" as const },
      ];
      return { continuations, shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
    },
  };
  for (const [suggestions, shown] of [
    ["few", 0],
    ["balanced", 0],
    ["all", 1],
  ] as const) {
    const { pair, uri } = await started({ open: async () => unlikely, settings: { suggestions } });
    assert.equal((await pair.complete(uri, line)).length, shown, suggestions);
    assert.equal(pair.answers[0]?.hidden ?? null, shown ? null : "the model is not sure enough");
    assert.equal((await pair.complete(uri, line, { invoked: true })).length, 1);
    await pair.close();
  }
});
