// What is said about a file that the library has already, wherever it stands.
import { placeParts } from "../../format/paths";
import { formatDigits } from "../../format/time";
import { formatBytes, formatList } from "../../format/numbers";
import { t, type MessageKey } from "../../i18n";
import type { DuplicateOf, DuplicateRule } from "../../ipc";
import type { Tally } from "../../stores/deciding.svelte";

export const ruleText = (rule: DuplicateRule): string => t(`rule.${rule}` satisfies MessageKey);
export const ruleName = (rule: DuplicateRule): string => t(`rule_name.${rule}` satisfies MessageKey);

/** A place as it is shown, whichever way its slashes are written. */
export const spaced = (place: string): string =>
  placeParts(place)
    .map((part) => part.trim())
    .join(" / ");

/** In a few words, for a row: `Same name as in Marketing / Spring`. */
export function alikeText(of: DuplicateOf, file: string): string {
  const bare = of.basis === "md5" && of.name === file;
  if (of.same_picture) {
    const words = { name: of.name, place: spaced(of.place) || t("compare.no_album") };
    return t(bare ? "duplicate.picture_same" : "duplicate.picture", words);
  }
  const key: MessageKey = bare ? `duplicate.md5_${of.certainty}_same` : `duplicate.${of.basis}_${of.certainty}`;
  return t(key, { name: of.name, place: spaced(of.place) || t("compare.no_album") });
}

/** What it is there: name, place, size, date; the name, unless it is that of the file. */
export function assetText(of: DuplicateOf, file = ""): string {
  const parts = [of.name === file ? "" : of.name, spaced(of.place)];
  if (of.size !== null) parts.push(formatBytes(of.size));
  if (of.uploaded) parts.push(formatDigits(of.uploaded));
  return parts.filter(Boolean).join(" · ");
}

/** What became of those that were decided. */
export function tallyText(tally: Tally): string {
  const parts = (["version", "upload", "skip"] as const).filter((answer) => tally[answer] > 0);
  if (parts.length === 0) return t("decide.none_left");
  return t("decide.done", { sum: formatList(parts.map((answer) => t(`decide.sum_${answer}`, { n: tally[answer] }))) });
}
