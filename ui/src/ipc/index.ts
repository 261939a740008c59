import type { Backend } from "./backend";
import { tauriBackend } from "./tauri";

/** The desktop shell if there is one, else the simulation. */
export async function connect(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return tauriBackend;
  return (await import("./fake")).fakeFromAddress();
}

export type * from "./backend";
export type * from "./bindings";
