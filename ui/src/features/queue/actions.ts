// What can be done with a job or a batch: the same list for buttons, keys and the context menu.
import { t } from "../../i18n";
import type { BatchId, BatchView, JobView } from "../../ipc";
import { copyText } from "../../shared/clipboard";
import type { MenuItem } from "../../shared/menu";
import { countOf } from "../../stores/engine.svelte";
import { isDuplicate, needsDecision } from "../../stores/duplicates";
import type { Ferry } from "../../stores/ferry.svelte";
import { startsAgain } from "../../stores/motion.svelte";
import { allowed, STATES_OF, UNSENT } from "../../stores/states";
import type { RowCommand } from "./keys";
import { cancelJobs } from "./selected";

export function jobMenu(ferry: Ferry, job: JobView): MenuItem[] {
  const can = allowed(job.state);
  const run = (command: RowCommand) => () => runOnJob(ferry, job, command);
  const decides = needsDecision(job);
  const doubled = isDuplicate(job);
  const items: (MenuItem | false)[] = [
    decides && { label: t("job.decide"), icon: "question", key: "D", run: run("decide") },
    doubled && { label: t("duplicate.show"), icon: "external", key: "O", run: run("open") },
    doubled && { label: t("job.upload_anyway"), icon: "up", key: "R", run: run("retry") },
    can.open && { label: t("job.open"), icon: "external", key: "O", run: run("open") },
    can.retry && !decides && { label: t("job.retry"), icon: "retry", key: "R", run: run("retry") },
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
  const doubled = isDuplicate(job);
  if (command === "pause" && can.pause) void ferry.control("pause", selection);
  else if (command === "pause" && can.resume) void ferry.control("resume", selection);
  else if (command === "cancel" && can.cancel) cancelJobs(ferry, [[job.id, job.id]], 1);
  else if (command === "decide" && needsDecision(job)) ferry.decisions.open({ job: job.id });
  else if (command === "retry" && (can.retry || doubled) && !needsDecision(job)) void ferry.control("retry", selection);
  else if (command === "top" && can.top) void ferry.control("top", selection);
  else if (command === "open" && doubled) void ferry.notices.attempt(ferry.backend.openDuplicate(job.id));
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

/** `decisions`: so many of its blocked files wait for somebody to decide; to try them again would ask the same again. */
export function batchCan(batch: BatchView, decisions = 0): BatchCan {
  const count = (...states: Parameters<typeof countOf>[1]) => countOf(batch.totals, states);
  const running = count("queued", "checking", "uploading", "finishing", "waiting");
  return {
    pause: running > 0,
    resume: running === 0 && count("paused") > 0,
    retry: count(...STATES_OF.problems) > decisions,
    top: count("queued", "paused", "waiting") > 0,
    unsent: count(...UNSENT, "finishing", "blocked"),
  };
}

export function cancelBatch(ferry: Ferry, batch: BatchView): void {
  ferry.question = {
    title: t("confirm.cancel_batch", { name: batch.label }),
    text: t("confirm.cancel_text", { n: batchCan(batch).unsent }),
    run: () => void ferry.control("cancel", { of: "batch", batch: batch.id }),
  };
}

export function runOnBatch(ferry: Ferry, batch: BatchView, command: RowCommand): void {
  const can = batchCan(batch, ferry.decisions.ofBatch(batch.id));
  const selection = { of: "batch" as const, batch: batch.id };
  if (command === "details") ferry.queue.toggle(batch);
  else if (command === "expand") ferry.queue.toggle(batch, true);
  else if (command === "collapse") ferry.queue.toggle(batch, false);
  else if (command === "decide" && ferry.decisions.ofBatch(batch.id) > 0) ferry.decisions.open({ batch: batch.id });
  else if (command === "select") void ferry.selection.add(ferry.queue.pieces(batch), true);
  else if (command === "pause" && (can.pause || can.resume))
    void ferry.control(can.pause ? "pause" : "resume", selection);
  else if (command === "retry" && can.retry) void ferry.control("retry", selection);
  else if (command === "top" && can.top) void ferry.control("top", selection);
  else if (command === "cancel" && can.unsent > 0) cancelBatch(ferry, batch);
}

export function batchMenu(ferry: Ferry, batch: BatchView): MenuItem[] {
  const decisions = ferry.decisions.ofBatch(batch.id);
  const can = batchCan(batch, decisions);
  const selection = { of: "batch" as const, batch: batch.id };
  const items: (MenuItem | false)[] = [
    decisions > 0 && {
      label: t("batch.decide", { n: decisions }),
      icon: "question",
      key: "D",
      run: () => ferry.decisions.open({ batch: batch.id }),
    },
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
    { label: t("batch.select"), run: () => runOnBatch(ferry, batch, "select") },
    ...receiptMenu(ferry, batch).map((item, index) => ({ ...item, apart: index === 0 })),
    can.unsent > 0 && {
      label: t("batch.cancel"),
      icon: "x",
      key: t("key.delete"),
      danger: true,
      apart: true,
      run: () => cancelBatch(ferry, batch),
    },
  ];
  return items.filter((item) => item !== false);
}

export function receiptMenu(ferry: Ferry, batch: { id: BatchId }): MenuItem[] {
  const open = () => void ferry.notices.attempt(ferry.backend.openReceipt(batch.id));
  return [
    { label: t("receipt.open"), icon: "receipt", run: open },
    ...(["html", "csv", "json"] as const).map((format) => ({
      label: `${t("batch.receipt")}: ${t(`receipt.${format}`)}`,
      run: () => void saveReceipt(ferry, batch.id, format),
    })),
  ];
}

export async function saveReceipt(ferry: Ferry, batch: BatchId, format: "csv" | "json" | "html"): Promise<void> {
  const path = await ferry.notices.attempt(ferry.backend.saveReceipt(batch, format));
  if (path) ferry.notices.say(t("receipt.saved", { path }));
}
