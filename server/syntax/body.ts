// What happens in a function's body: calls, reads and writes, branches and loops, what is returned and thrown.
import type { Node } from "web-tree-sitter";
import { type BodyRules, childrenOf, type Dialect } from "./dialect.ts";
import { namesIn } from "./names.ts";

export interface BodyFacts {
  /** Conditions, cases, handlers and conditional expressions. */
  readonly branches: number;
  readonly loops: number;
  /** What is called, as written: `load`, `this.items.push`, `new Map`. */
  readonly calls: readonly string[];
  /** What is read from outside of the function: variables around it and members of its own object. Parameters are not. */
  readonly reads: readonly string[];
  /** What is changed and outlives the call: variables around it, members and elements of its object and its parameters. */
  readonly writes: readonly string[];
  /** Names that are made known in the body. */
  readonly locals: readonly string[];
  /** What is thrown: names of errors, or the expression where it has none. */
  readonly throws: readonly string[];
  /** The expressions that are returned, as written. */
  readonly returns: readonly string[];
}

const nothing: BodyFacts = {
  branches: 0,
  loops: 0,
  calls: [],
  reads: [],
  writes: [],
  locals: [],
  throws: [],
  returns: [],
};

const none = () => [];

/** Longer expressions are cut. Characters. */
const longest = 120;

/** @param parameters names that the function's parameters bind */
export function bodyFacts(node: Node, dialect: Dialect, parameters: readonly string[]): BodyFacts {
  const body = dialect.body(node);
  if (body === null || dialect.kind(node) === "class") return nothing;
  const reader = new Reader(dialect);
  reader.read(body);
  return reader.facts(node, body, parameters);
}

class Reader {
  readonly #rules: BodyRules;
  readonly #dialect: Dialect;
  readonly #seen = {
    calls: new Set<string>(),
    reads: new Set<string>(),
    writes: new Set<string>(),
    locals: new Set<string>(),
    outer: new Set<string>(),
    throws: new Set<string>(),
    returns: new Set<string>(),
  };
  /** Names of callbacks' parameters: neither from outside nor the function's own. */
  readonly #inner = new Set<string>();
  #branches = 0;
  #loops = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#rules = dialect.bodyRules;
  }

  /** Visits all below a node; a stack instead of recursion, since expressions may be nested without end. */
  read(body: Node): void {
    for (const waiting = [{ node: body, isOwn: true }]; waiting.length > 0; ) {
      const { node, isOwn } = waiting.pop()!;
      const isCallback = this.#rules.callbacks.has(node.type) || Object.hasOwn(this.#dialect.kinds, node.type);
      const below = this.#visit(node, isOwn).map((child) => ({ node: child, isOwn: isOwn && !isCallback }));
      waiting.push(...below.reverse());
    }
  }

  facts(node: Node, body: Node, parameters: readonly string[]): BodyFacts {
    const { calls, reads, writes, locals, outer, throws, returns } = this.#seen;
    const results = this.#dialect.results?.(node) ?? [];
    const own = new Set([...results, ...locals].filter((name) => !outer.has(name)));
    const known = new Set([...own, ...this.#inner, ...parameters]);
    const root = (path: string) => /^[^.[?!:]+/.exec(path)?.[0] ?? path;
    const isExpression = !/block|body/.test(body.type);
    return {
      branches: this.#branches,
      loops: this.#loops,
      calls: [...calls],
      reads: [...reads].filter((path) => !known.has(root(path))),
      // A member of a local may outlive the call as well, but who could tell.
      writes: [...writes].filter((path) => !own.has(root(path)) && !(path === root(path) && known.has(path))),
      locals: [...own],
      throws: [...throws],
      returns: isExpression ? [short(body)] : [...returns, ...this.#tail(node, body)],
    };
  }

  /** The expression with which a body ends, where that is what is returned. */
  #tail(node: Node, body: Node): string[] {
    const type = this.#rules.lastIsReturned ? this.#dialect.returnType(node) : null;
    if (type === null || type === "()" || type === "!") return [];
    const last = body.namedChildren.findLast((child) => !/comment$/.test(child.type));
    // To the grammar `match` and `if` are statements wherever they stand; a semicolon takes the value away.
    const isOpen = last?.type === "expression_statement" && !last.text.endsWith(";");
    const value = isOpen ? last.namedChild(0) : last;
    if (!value || /(statement|declaration|item)$|^return_/.test(value.type)) return [];
    const isEndless = value.type === "loop_expression" && value.descendantsOfType("break_expression").length === 0;
    return isEndless ? [] : [short(value)];
  }

  /** Notes what a node does and returns the nodes below that are to be visited. */
  #visit(node: Node, isOwn: boolean): readonly Node[] {
    const { type } = node;
    const rules = this.#rules;
    const at = <T>(table: Readonly<Record<string, T>>): T | undefined =>
      Object.hasOwn(table, type) ? table[type] : undefined;
    const isFunction = Object.hasOwn(this.#dialect.kinds, type);
    const bound = childrenOf(node, at(rules.binds) ?? none);
    for (const pattern of bound) this.#bind(node, pattern);
    if (isFunction) this.#define(node);
    if (rules.silent.has(type)) return [];
    if (rules.branches.has(type)) this.#branches++;
    if (rules.loops.has(type)) this.#loops++;
    if (rules.returns.has(type) && isOwn && node.namedChildCount > 0)
      this.#seen.returns.add(short(node.namedChild(0)!));
    if (rules.throws.has(type) && isOwn) this.#throws(node);
    if (rules.callbacks.has(type) || isFunction) return this.#callback(node);

    const called = at(rules.calls);
    if (called !== undefined) return this.#call(node, called);
    const changed = at(rules.changes);
    if (changed !== undefined) return this.#change(node, changed);
    const path = bound.length > 0 ? null : this.#path(node);
    if (path !== null) {
      this.#seen.reads.add(path);
      return [];
    }
    const member = at(rules.members);
    if (member !== undefined) return [node.childForFieldName(member[0])].filter((one) => one !== null);
    const skipped = new Set([...bound, ...childrenOf(node, at(rules.labels) ?? none)].map(({ id }) => id));
    const conditions = bound.flatMap((pattern) => pattern.childForFieldName("condition") ?? []);
    return [...conditions, ...node.namedChildren.filter((child) => !skipped.has(child.id))];
  }

  #throws(node: Node): void {
    const what = node.namedChild(0);
    if (!what) return;
    const callee = Object.hasOwn(this.#rules.calls, what.type)
      ? what.childForFieldName(this.#rules.calls[what.type]!)
      : null;
    this.#seen.throws.add(callee?.text ?? short(what));
  }

  /** Makes the name of a function or class in the body known. */
  #define(node: Node): void {
    const name = this.#dialect.name(node);
    if (name !== null) this.#seen.locals.add(name.text);
  }

  #callback(node: Node): Node[] {
    for (const { names } of this.#dialect.parameters(node)) for (const each of names) this.#inner.add(each);
    for (const each of this.#dialect.results?.(node) ?? []) this.#inner.add(each);
    const body = this.#dialect.body(node);
    return body ? [body] : [];
  }

  #call(node: Node, name: string): Node[] {
    const callee = node.childForFieldName(name);
    const rest = node.namedChildren.filter((child) => child.id !== callee?.id);
    const [objectField, memberField] = this.#rules.members[node.type] ?? [];
    if (objectField !== undefined && memberField !== undefined) {
      // Object, name and arguments are parts of one node.
      const object = node.childForFieldName(objectField);
      const path = object ? this.#path(object) : "";
      const member = field(node, memberField);
      if (path !== null) this.#seen.calls.add(path === "" ? member : `${path}.${member}`);
      return rest.filter((child) => child.id !== node.childForFieldName(memberField)?.id);
    }
    if (!callee) return rest;
    const path = this.#path(callee) ?? (/type/.test(callee.type) ? callee.text : null);
    if (path === null) {
      // What is called on a value that has no name, such as the result of another call.
      const [, memberName] = this.#rules.members[callee.type] ?? [];
      const member = memberName === undefined ? "" : field(callee, memberName);
      if (member !== "") this.#seen.calls.add(`.${member}`);
      return [callee, ...rest];
    }
    const before = /^new_|creation/.test(node.type) ? "new " : "";
    this.#seen.calls.add(before + path + (/macro/.test(node.type) ? "!" : ""));
    const object = this.#rules.members[callee.type]?.[0];
    // What stands before `::` is a module or a type.
    const isValue = object !== undefined && !/scoped/.test(callee.type);
    const read = isValue ? callee.childForFieldName(object) : null;
    return read ? [read, ...rest] : rest;
  }

  /** Notes what is changed; what is computed to find it is visited. */
  #change(node: Node, name: string): Node[] {
    const target = name === "" ? node.namedChild(0) : node.childForFieldName(name);
    const rest = node.namedChildren.filter((child) => child.id !== target?.id);
    return target ? [...this.#targets(target), ...rest] : rest;
  }

  #targets(target: Node): Node[] {
    const path = this.#path(target);
    if (path !== null) {
      if (this.#rules.assigningBinds && this.#rules.names.has(target.type)) this.#seen.locals.add(path);
      this.#seen.writes.add(path);
      return [];
    }
    const element = this.#rules.elements[target.type];
    if (element !== undefined) {
      const object = element === "" ? target.namedChild(0) : target.childForFieldName(element);
      const of = object && this.#path(object);
      if (of) this.#seen.writes.add(`${of}[]`);
      return target.namedChildren.filter((child) => !of || child.id !== object.id);
    }
    const member = this.#rules.members[target.type];
    if (member !== undefined) return [target];
    return target.namedChildren.flatMap((child) => this.#targets(child));
  }

  #bind(node: Node, pattern: Node): void {
    for (const each of namesIn(pattern, this.#rules)) {
      this.#seen.locals.add(each);
      if (/^(global|nonlocal)_/.test(node.type)) this.#seen.outer.add(each);
    }
  }

  /** `a.b.c` where it is nothing but names, else null. */
  #path(node: Node): string | null {
    if (this.#rules.names.has(node.type) || this.#rules.self.has(node.type)) return node.text;
    if (this.#rules.wrappers.has(node.type)) {
      const inner = node.namedChild(0);
      return inner && this.#path(inner);
    }
    const member = this.#rules.members[node.type];
    if (member === undefined || Object.hasOwn(this.#rules.calls, node.type)) return null;
    const object = node.childForFieldName(member[0]);
    const path = object && this.#path(object);
    return path === null ? null : `${path}${/scoped/.test(node.type) ? "::" : "."}${field(node, member[1])}`;
  }
}

const field = (node: Node, name: string): string => node.childForFieldName(name)?.text ?? "";

function short(node: Node): string {
  const text = node.text.replace(/\s+/g, " ");
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}
