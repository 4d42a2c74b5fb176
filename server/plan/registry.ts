// All operations and recipes there are, in the order in which they are offered.
import type { Operation } from "./operation.ts";
import { addTypes } from "./operations/add_types.ts";
import { awaitPromises } from "./operations/await_promises.ts";
import { documentSymbol } from "./operations/document_symbol.ts";
import { extractFunction } from "./operations/extract_function.ts";
import { foldConstants } from "./operations/fold_constants.ts";
import { nameConstant } from "./operations/name_constant.ts";
import { organiseImports } from "./operations/organise_imports.ts";
import { removeUnused } from "./operations/remove_unused.ts";
import { renameSymbol } from "./operations/rename_symbol.ts";
import { replacePattern } from "./operations/replace_pattern.ts";
import { simplifyBooleans } from "./operations/simplify_booleans.ts";
import { createFile, moveSymbol } from "./operations/split_file.ts";
import { unusedImportsPython } from "./operations/unused_imports_python.ts";
import { varToLet } from "./operations/var_to_let.ts";
import type { Recipe } from "./recipe.ts";
import { addMissingTypes } from "./recipes/add_types.ts";
import { asyncAwait } from "./recipes/async_await.ts";
import { cleanUp } from "./recipes/clean_up.ts";
import { documentApi } from "./recipes/document_api.ts";
import { extractAndName } from "./recipes/extract_and_name.ts";
import { renameForClarity } from "./recipes/rename_for_clarity.ts";
import { replacePatternAcross } from "./recipes/replace_pattern.ts";
import { splitFile } from "./recipes/split_file.ts";
import { tidyArithmetic } from "./recipes/tidy_arithmetic.ts";

export const operations: readonly Operation[] = [
  removeUnused,
  unusedImportsPython,
  organiseImports,
  varToLet,
  simplifyBooleans,
  awaitPromises,
  nameConstant,
  foldConstants,
  createFile,
  moveSymbol,
  addTypes,
  replacePattern,
  documentSymbol,
  renameSymbol,
  extractFunction,
];

export const recipes: readonly Recipe[] = [
  cleanUp,
  extractAndName,
  renameForClarity,
  asyncAwait,
  tidyArithmetic,
  splitFile,
  addMissingTypes,
  replacePatternAcross,
  documentApi,
];

export function operationOf(id: string): Operation | undefined {
  return operations.find((each) => each.id === id);
}
