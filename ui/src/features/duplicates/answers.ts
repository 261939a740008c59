// What can be decided, and by which key. None of them is the first choice: each changes something that somebody made.
import type { DuplicateAnswer } from "../../ipc";
import type { Scope } from "../../stores/deciding.svelte";

export const ANSWERS: readonly [DuplicateAnswer, string][] = [
  ["version", "V"],
  ["upload", "N"],
  ["skip", "D"],
];

export type DialogCommand = { answer: DuplicateAnswer } | { scope: Scope } | "next" | "previous";

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

const SCOPES: Record<string, Scope> = { "1": "one", "2": "kind", "3": "batch" };

/** What a key means in the dialog; null: nothing of ours. */
export function commandOf({ key, ctrlKey, metaKey, altKey }: Keys): DialogCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "PageDown") return "next";
  if (key === "PageUp") return "previous";
  const scope = SCOPES[key];
  if (scope) return { scope };
  const answer = ANSWERS.find(([, letter]) => letter === key.toUpperCase());
  return answer ? { answer: answer[0] } : null;
}
