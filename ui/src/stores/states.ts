// The states of a job, as the queue groups and names them.
import { formatDuration } from "../format/time";
import { t } from "../i18n";
import type { JobStateKind, JobView } from "../ipc";
import type { IconName } from "../shared/icons";
import { isDuplicate, needsDecision } from "./duplicates";

export type Filter = "all" | "sending" | "waiting" | "problems" | "done";
export const FILTERS: readonly Filter[] = ["all", "sending", "waiting", "problems", "done"];

/** Empty means all. */
export const STATES_OF: Record<Filter, readonly JobStateKind[]> = {
  all: [],
  sending: ["checking", "uploading", "finishing", "processing"],
  waiting: ["queued", "waiting", "paused"],
  problems: ["blocked", "failed"],
  done: ["done", "skipped"],
};

export const MOVING: readonly JobStateKind[] = ["checking", "uploading", "finishing"];

/** Within a batch, what moves comes first, then what needs someone. */
const ORDER: readonly (readonly JobStateKind[])[] = [
  MOVING,
  ["blocked", "failed"],
  ["processing"],
  ["queued", "waiting", "paused"],
  ["done", "skipped"],
  ["cancelled"],
];

const segmentsIn = (filter: Filter) => ORDER.filter((states) => STATES_OF[filter].includes(states[0]!));

export const SEGMENTS: Record<Filter, readonly (readonly JobStateKind[])[]> = {
  all: ORDER,
  sending: segmentsIn("sending"),
  waiting: segmentsIn("waiting"),
  problems: segmentsIn("problems"),
  done: segmentsIn("done"),
};

export const SETTLED: readonly JobStateKind[] = ["done", "skipped", "cancelled", "failed"];
export const UNSENT: readonly JobStateKind[] = ["queued", "checking", "uploading", "paused", "waiting"];

export type Tone = "quiet" | "moving" | "good" | "warn" | "bad";

export interface StateLook {
  icon: IconName;
  tone: Tone;
}

const LOOKS: Record<JobStateKind, StateLook> = {
  queued: { icon: "dots", tone: "quiet" },
  checking: { icon: "search", tone: "moving" },
  uploading: { icon: "up", tone: "moving" },
  finishing: { icon: "shield", tone: "moving" },
  processing: { icon: "hourglass", tone: "moving" },
  done: { icon: "check", tone: "good" },
  paused: { icon: "pause", tone: "quiet" },
  waiting: { icon: "clock", tone: "warn" },
  blocked: { icon: "octagon", tone: "bad" },
  skipped: { icon: "minus", tone: "quiet" },
  cancelled: { icon: "x", tone: "quiet" },
  failed: { icon: "triangle", tone: "bad" },
};

export function lookOf(state: JobStateKind): StateLook {
  return LOOKS[state];
}

/** Of two states there is more to say than their names. */
export function lookOfJob(job: JobView): StateLook {
  if (needsDecision(job)) return { icon: "question", tone: "warn" };
  if (isDuplicate(job)) return { icon: "equal", tone: "quiet" };
  return lookOf(job.state);
}

export function stateText(job: JobView, now: number): string {
  if (needsDecision(job)) return t("state.decide");
  if (isDuplicate(job)) return t("state.duplicate");
  if (job.state !== "waiting" || !job.waiting_for) return t(`state.${job.state}`);
  // An Upload Link or Workspace that is shut; which one stands beside it.
  if (job.waiting_for === "sign_in" && job.failure?.code.startsWith("Place")) return t("place.waits");
  if (job.waiting_for !== "retry") return t(`waiting.${job.waiting_for}`);
  const seconds = job.ready_at === null ? 0 : (job.ready_at - now) / 1000;
  return seconds > 1 ? t("waiting.retry_in", { time: formatDuration(seconds) }) : t("waiting.retry");
}

const HELD: readonly JobStateKind[] = ["queued", "finishing", "processing"];

/** What nobody can send, or ask about, without signing in waits for that, whatever else would come first. */
export function asItStands(job: JobView, signedOut: boolean, rests = false): JobView {
  if (rests && !signedOut && job.state === "queued") return { ...job, state: "waiting", waiting_for: "schedule" };
  return signedOut && HELD.includes(job.state) ? { ...job, state: "waiting", waiting_for: "sign_in" } : job;
}

export interface Allowed {
  pause: boolean;
  resume: boolean;
  cancel: boolean;
  retry: boolean;
  top: boolean;
  open: boolean;
}

/** What can be done with a job in this state. */
export function allowed(state: JobStateKind): Allowed {
  const open = !SETTLED.includes(state);
  return {
    pause: open && state !== "paused" && state !== "blocked" && state !== "processing",
    resume: state === "paused",
    cancel: open && state !== "processing",
    retry: state === "failed" || state === "blocked" || state === "cancelled" || state === "waiting",
    top: state === "queued" || state === "paused" || state === "waiting",
    open: state === "done",
  };
}
