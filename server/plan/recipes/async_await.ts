// Promises to async and await.
import { inTurn, type Recipe } from "../recipe.ts";

export const asyncAwait: Recipe = {
  id: "async-await",
  title: "Turn promises into async and await",
  words: { promise: 3, async: 3, await: 3, thens: 2, callback: 1, chain: 1 },
  draft: inTurn("await-promises"),
};
