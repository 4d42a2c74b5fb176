// Encodes JSON strings, one a line on standard input, into lines of JSON ids: our side of tokenizer_digest.py.
import { createInterface } from "node:readline";
import { openTokenizer } from "../../../server/engine/tokenizer.ts";
import { tokenizerFile } from "./tokenizer_file.ts";

const tokenizer = openTokenizer(tokenizerFile(process.argv[2]!));
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  process.stdout.write(`${JSON.stringify(tokenizer.encode(JSON.parse(line) as string))}\n`);
}
