// What the steps of a connection test say.
import { formatBytes, formatSpeed } from "../../format/numbers";
import { t, type Params } from "../../i18n";
import type { Advice, StepState, TestStep } from "../../ipc";
import type { IconName } from "../../shared/icons";
import { wayText } from "./way";

export const LOOKS: Record<StepState, { icon: IconName; tone: string }> = {
  running: { icon: "hourglass", tone: "moving" },
  fine: { icon: "check", tone: "good" },
  failed: { icon: "octagon", tone: "bad" },
  skipped: { icon: "minus", tone: "quiet" },
};

const BYTES = ["bytes", "out"];

/** What was found, or why it was not done; a failure speaks for itself. */
export function saidOf(step: TestStep): string {
  const words: string[] = [];
  if (step.way) words.push(wayText(step.way));
  if (step.word) words.push(t(`test.word.${step.word}`, shown(step.values)));
  return words.join(" ");
}

function shown(values: TestStep["values"]): Params {
  const entries = Object.entries(values).map(([name, value]): [string, string] => {
    if (BYTES.includes(name)) return [name, formatBytes(Number(value))];
    return [name, name === "speed" ? formatSpeed(Number(value)) : String(value)];
  });
  return Object.fromEntries(entries);
}

/** Parts and how many at a time; empty where the library takes files as a whole. */
export function partsText(advice: Advice): string {
  if (advice.part_size === null) return "";
  return t("test.advice_parts", { size: formatBytes(advice.part_size), n: advice.streams });
}
