// How it stands with a watched folder, in one sentence with a shape, and what helps where it does not go on.
import { sentenceOf } from "../../errors/catalog";
import { leafOf, placeParts } from "../../format/paths";
import { formatSoon } from "../../format/time";
import { t } from "../../i18n";
import type { AccountView, Destination, Failure, WatchedFolder } from "../../ipc";
import type { IconName } from "../../shared/icons";
import { isHeld } from "../../stores/sync.svelte";

export type Tone = "quiet" | "moving" | "good" | "warn" | "bad";

export interface Status {
  icon: IconName;
  tone: Tone;
  text: string;
  /** What somebody can do about it. */
  way: "sign_in" | "problems" | "again" | null;
}

/** `on`: the one switch. The most pressing comes first. */
export function statusOf(folder: WatchedFolder, on: boolean, account: AccountView | undefined, now: number): Status {
  const says = (icon: IconName, tone: Tone, text: string, way: Status["way"] = null): Status => ({
    icon,
    tone,
    text,
    way,
  });
  if (!folder.on) return says("pause", "quiet", t("sync.status.off"));
  if (!on) return says("pause", "warn", t("sync.status.all_off"));
  if (account && account.state !== "signed_in") {
    return says("key", "warn", t("sync.status.sign_in", { tenant: account.place?.name ?? account.tenant }), "sign_in");
  }
  if (isHeld(folder.failure)) {
    const tone = folder.failure!.who === "nobody" ? "warn" : "bad";
    return says("triangle", tone, trouble(folder.failure!, folder), "again");
  }
  if (folder.open > 0) return says("up", "moving", t("sync.status.open", { n: folder.open }));
  if (folder.unfinished > 0) return says("hourglass", "quiet", t("sync.status.unfinished", { n: folder.unfinished }));
  if (folder.looking) return says("search", "moving", t("sync.status.looking"));
  if (folder.problems > 0) return says("octagon", "bad", t("sync.status.problems", { n: folder.problems }), "problems");
  if (folder.last_run === null) return says("clock", "quiet", t("sync.status.new"));
  return says("check", "good", t("sync.status.fine", { time: formatSoon(folder.last_run, now) }));
}

function trouble(failure: Failure, folder: WatchedFolder): string {
  if (failure.code === "VolumeAway") {
    return t("sync.status.away", { volume: failure.params.volume || leafOf(folder.path) });
  }
  if (failure.code === "PathUnusable") return t("sync.status.missing", { name: leafOf(folder.path) });
  return sentenceOf(failure);
}

/** What happens next, and how changes are noticed. */
export function courseOf(folder: WatchedFolder, on: boolean, frequency: string, now: number): string {
  if (!folder.on || !on || isHeld(folder.failure)) return "";
  if (frequency === "by_hand") return t("sync.course.by_hand");
  const next = folder.next_run === null ? "" : formatSoon(Math.max(folder.next_run, now), now);
  if (folder.watching === "watching") {
    return next ? t("sync.course.watching_next", { time: next }) : t("sync.course.watching");
  }
  if (folder.watching === "polling") return next ? t("sync.course.polling", { time: next }) : t("sync.course.polls");
  return next ? t("sync.course.next", { time: next }) : "";
}

/** A place in the library for people. */
export const placeWords = (place: string): string =>
  placeParts(place)
    .map((part) => part.trim())
    .join(" / ");

/** Where a folder would appear; as the engine puts it together. */
export function placeOf(to: Destination, account: AccountView, path: string): string {
  const user = account.user_name.trim() || account.email;
  return placeWords([to.path, "Canto Connect", user, leafOf(path)].filter(Boolean).join("/"));
}

/** Another watched folder has this place already: the engine puts a number behind the name. */
export function clashes(folders: WatchedFolder[], account: AccountView, place: string): boolean {
  const wanted = place.toLowerCase();
  return folders.some((other) => other.account === account.id && placeWords(other.place).toLowerCase() === wanted);
}

/** Patterns as they are typed, one in a line. */
export const patternsIn = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
