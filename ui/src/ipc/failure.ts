import type { Failure } from "./bindings";

/** What a command rejected with, as a failure in any case. */
export function toFailure(reason: unknown): Failure {
  if (typeof reason === "object" && reason !== null && "code" in reason) return reason as Failure;
  return { code: "Internal", who: "canto", params: {}, details: String(reason) };
}
