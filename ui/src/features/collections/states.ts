// What a collection's state looks like, and what it says.
import { formatMinute } from "../../format/time";
import { sentenceOf } from "../../errors/catalog";
import { t } from "../../i18n";
import type { CollectionState, CollectionView } from "../../ipc";
import type { IconName } from "../../shared/icons";
import type { Tone } from "../../stores/states";
import { isOfFolder } from "./folder";

const LOOKS: Record<CollectionState, { icon: IconName; tone: Tone }> = {
  off: { icon: "minus", tone: "quiet" },
  waiting: { icon: "clock", tone: "quiet" },
  running: { icon: "drop", tone: "moving" },
  up_to_date: { icon: "check", tone: "good" },
  confirm_removals: { icon: "question", tone: "warn" },
  stopped: { icon: "triangle", tone: "bad" },
};

export function lookOf({ state, failure }: CollectionView): { icon: IconName; tone: Tone } {
  if (state === "stopped" && isOfFolder(failure)) return { icon: "clock", tone: "warn" };
  return LOOKS[state];
}

export function stateText(one: CollectionView): string {
  switch (one.state) {
    case "off":
      return t(one.files > 0 ? "collections.state_off_kept" : "collections.state_off");
    case "waiting":
      return t("collections.state_waiting");
    case "running":
      return one.to_fetch > 0
        ? t("collections.state_running", { done: one.fetched, n: one.to_fetch })
        : t("collections.state_looking");
    case "up_to_date":
      return t("collections.state_up_to_date");
    case "confirm_removals":
      return t("collections.state_confirm", { n: one.removals });
    case "stopped":
      if (isOfFolder(one.failure)) return t("collections.state_folder");
      return one.failure ? sentenceOf(one.failure) : t("collections.state_stopped");
  }
}

/** When it was looked through last; empty where it never was. */
export const lookedAt = ({ ran_at }: CollectionView): string =>
  ran_at === null ? "" : t("collections.looked", { time: formatMinute(ran_at) });
