// Messages about the server itself: what it holds in memory, whether it works, and that it is offline.
import { RequestType0 } from "vscode-languageserver-protocol";

/** What can be said about this process and the network, now and since it started. */
export interface OfflineReport {
  /** Sockets that can reach other machines, each in words; empty is the promise. */
  readonly internet: readonly string[];
  /** Local channels to other processes of this machine, such as the editor's. */
  readonly local: number;
  /** Network sockets that JavaScript in this thread has made since the start, closed ones included. */
  readonly made: number;
  /** Files that are open or mapped into memory; null where the system does not tell. */
  readonly files: readonly string[] | null;
  /** Machines that experts in the user's settings are on: these alone may be connected to. */
  readonly hosts?: readonly string[];
  /** Who was asked: the kernel, or Node's own list, which native code could bypass. */
  readonly asked: "kernel" | "node";
}

/** Client -> server: the user wants proof that nothing leaves the machine. */
export const offline = new RequestType0<OfflineReport, void>("coterie/offline");

/** Where the memory goes, in bytes. Weights count as their files' size (they are mapped), caches as allocated. */
export interface MemoryParts {
  readonly backbone: number;
  readonly head: number;
  /** All that are installed; those that are not loaded take no memory yet. */
  readonly experts: readonly { readonly id: string; readonly bytes: number; readonly loaded: boolean }[];
  readonly caches: number;
  /** Whether all of them share this backbone and head: where models of the user's own are loaded, these are the sums of several. */
  readonly isShared: boolean;
}

/** Client -> server: the memory of the loaded model, for figures; null while it is not loaded. Loads nothing. */
export const memory = new RequestType0<MemoryParts | null, void>("coterie/memory");

/** One thing that the self-test has looked at. */
export interface Check {
  readonly what: string;
  readonly passed: boolean;
  /** What was found, in one line. */
  readonly found: string;
}

/** Client -> server: the user wants to know whether everything works; loads the model if need be. */
export const selfTest = new RequestType0<readonly Check[], void>("coterie/selfTest");
