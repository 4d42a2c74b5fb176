// Keeps the runtime from reporting to its maker.
import { isMainThread } from "node:worker_threads";

const variable = "ORT_DISABLE_TELEMETRY";

/**
 * Since 1.30, onnxruntime's builds for Linux and macOS write a device id and a store of events into the home folder and
 * upload them, unless this variable stands in the process's real environment before the runtime is initialised. (On
 * Windows it only writes trace events to the system.) A worker thread's `process.env` is a copy that the runtime does not
 * see: the main thread calls this before it starts the worker.
 * @throws Error when it is too late for that, so that the runtime is not loaded.
 */
export function switchOffTelemetry(): void {
  if (isMainThread) process.env[variable] = "1";
  else if (process.env[variable] !== "1") throw new Error("the ONNX runtime's telemetry is not switched off");
}
