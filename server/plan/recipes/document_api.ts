// Document the exported API: every exported function, method and class that has no comment gets one, a step each.
import { exported, nameOf } from "../operations/document_symbol.ts";
import type { Recipe } from "../recipe.ts";

export const documentApi: Recipe = {
  id: "document-api",
  title: "Document the exported API",
  words: {
    document: 3,
    documentation: 3,
    docstring: 4,
    jsdoc: 4,
    api: 2,
    comment: 3,
    describe: 2,
    exported: 1,
    docs: 3,
  },
  async draft(file, project, _options, languageId) {
    const places = await exported(project.syntax, file, languageId, project.text(file) ?? "");
    const names = places.map(nameOf);
    // Overloads share a name, and which of them a step means could not be told.
    const single = places.filter(
      (place, i) => place.documentation === null && names.indexOf(names[i]!) === names.lastIndexOf(names[i]!),
    );
    return single.map((place) => ({
      operation: "document-symbol",
      file,
      about: nameOf(place),
      options: { symbol: nameOf(place) },
    }));
  },
};
