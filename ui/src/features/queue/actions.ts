// What can be done with a job or a batch: the same list for buttons, keys and the context menu.
import { t } from "../../i18n";
import type { BatchView, JobView } from "../../ipc";
import { copyText } from "../../shared/clipboard";
import type { MenuItem } from "../../shared/menu";
import { countOf } from "../../stores/engine.svelte";
import type { Ferry } from "../../stores/ferry.svelte";
import { startsAgain } from "../../stores/motion.svelte";
import { allowed, STATES_OF, UNSENT } from "../../stores/states";
import type { RowCommand } from "./keys";

export function jobMenu(ferry: Ferry, job: JobView): MenuItem[] {
  const can = allowed(job.state);
  const run = (command: RowCommand) => () => runOnJob(ferry, job, command);
  const items: (MenuItem | false)[] = [
    can.open && { label: t("job.open"), icon: "external", key: "O", run: run("open") },
    can.retry && { label: t("job.retry"), icon: "retry", key: "R", run: run("retry") },
    can.pause && { label: t(pauseKey(ferry, job)), icon: "pause", key: "P", run: run("pause") },
    can.resume && { label: t("job.resume"), icon: "play", key: "P", run: run("pause") },
    can.top && { label: t("job.top"), icon: "top", key: "T", run: run("top") },
    { label: t("job.details"), icon: "document", key: t("key.space"), run: () => ferry.queue.toggleDetails(job.id) },
    { label: t("job.show"), icon: "reveal", run: () => void ferry.notices.attempt(ferry.backend.showInFolder(job.id)) },
    job.md5 !== null && { label: t("job.copy_md5"), icon: "copy", run: () => void copyText(job.md5 ?? "") },
    can.cancel && {
      label: t("job.cancel"),
      icon: "x",
      key: t("key.delete"),
      danger: true,
      apart: true,
      run: run("cancel"),
    },
  ];
  return items.filter((item) => item !== false);
}

/** What a pause is called; said beforehand where it costs what was sent. */
export function pauseKey(ferry: Ferry, job: JobView): "job.pause" | "job.pause_anew" {
  return startsAgain(ferry.motion.jobs.get(job.id)) ? "job.pause_anew" : "job.pause";
}

export function runOnJob(ferry: Ferry, job: JobView, command: RowCommand): void {
  const can = allowed(job.state);
  const selection = { of: "jobs" as const, jobs: [job.id] };
  if (command === "pause" && can.pause) void ferry.control("pause", selection);
  else if (command === "pause" && can.resume) void ferry.control("resume", selection);
  else if (command === "cancel" && can.cancel) void ferry.control("cancel", selection);
  else if (command === "retry" && can.retry) void ferry.control("retry", selection);
  else if (command === "top" && can.top) void ferry.control("top", selection);
  else if (command === "open" && can.open) void ferry.notices.attempt(ferry.backend.openAsset(job.id));
}

export interface BatchCan {
  pause: boolean;
  resume: boolean;
  retry: boolean;
  top: boolean;
  /** Files that a cancel would stop. */
  unsent: number;
}

export function batchCan(batch: BatchView): BatchCan {
  const count = (...states: Parameters<typeof countOf>[1]) => countOf(batch.totals, states);
  const running = count("queued", "checking", "uploading", "finishing", "waiting");
  return {
    pause: running > 0,
    resume: running === 0 && count("paused") > 0,
    retry: count(...STATES_OF.problems) > 0,
    top: count("queued", "paused", "waiting") > 0,
    unsent: count(...UNSENT, "finishing", "blocked"),
  };
}

/** `cancel` asks first. */
export function batchMenu(ferry: Ferry, batch: BatchView, cancel: () => void): MenuItem[] {
  const can = batchCan(batch);
  const selection = { of: "batch" as const, batch: batch.id };
  const items: (MenuItem | false)[] = [
    can.pause && {
      label: t("batch.pause"),
      icon: "pause",
      key: "P",
      run: () => void ferry.control("pause", selection),
    },
    can.resume && {
      label: t("batch.resume"),
      icon: "play",
      key: "P",
      run: () => void ferry.control("resume", selection),
    },
    can.retry && {
      label: t("batch.retry"),
      icon: "retry",
      key: "R",
      run: () => void ferry.control("retry", selection),
    },
    can.top && { label: t("batch.top"), icon: "top", key: "T", run: () => void ferry.control("top", selection) },
    ...receiptMenu(ferry, batch).map((item, index) => ({ ...item, apart: index === 0 })),
    can.unsent > 0 && {
      label: t("batch.cancel"),
      icon: "x",
      key: t("key.delete"),
      danger: true,
      apart: true,
      run: cancel,
    },
  ];
  return items.filter((item) => item !== false);
}

export function receiptMenu(ferry: Ferry, batch: BatchView): MenuItem[] {
  return (["html", "csv", "json"] as const).map((format, index) => ({
    label: `${t("batch.receipt")}: ${t(`receipt.${format}`)}`,
    icon: index === 0 ? ("receipt" as const) : undefined,
    run: () => void saveReceipt(ferry, batch, format),
  }));
}

export async function saveReceipt(ferry: Ferry, batch: BatchView, format: "csv" | "json" | "html"): Promise<void> {
  const path = await ferry.notices.attempt(ferry.backend.saveReceipt(batch.id, format));
  if (path) ferry.notices.say(t("receipt.saved", { path }));
}
