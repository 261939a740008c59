// Large files of the fake travel in parts, as real ones do.
import type { JobView, PartsView } from "../bindings";

const LEAST_FILE = 16 * 1024 * 1024;
const PART = 8 * 1024 * 1024;
const AT_ONCE = 3;

export function partsOf(job: JobView): PartsView | null {
  if (job.size < LEAST_FILE || (job.state !== "uploading" && job.state !== "paused")) return null;
  const count = Math.ceil(job.size / PART);
  const stored = Math.min(count, Math.floor(job.sent / PART));
  const sending = job.state === "uploading" ? Math.min(AT_ONCE, count - stored) : 0;
  return {
    count,
    size: PART,
    stored: stored > 0 ? [[1, stored]] : [],
    sending: Array.from({ length: sending }, (_, n) => stored + 1 + n),
  };
}
