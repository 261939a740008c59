// What can be done with several selected files.
import { t } from "../../i18n";
import type { JobAction, JobSelection, JobView } from "../../ipc";
import type { MenuItem } from "../../shared/menu";
import type { Ferry } from "../../stores/ferry.svelte";
import { runsOf, without, type Run } from "../../stores/runs";
import { allowed, type Allowed } from "../../stores/states";

/** Bytes under way whose loss is worth a question. */
const MUCH_SENT = 50_000_000;

export const runsSelection = (runs: readonly Run[]): JobSelection => ({ of: "runs", runs: [...runs] });

/** What means something for at least one of them; where not all rows are known, everything may. */
export function selectedCan(jobs: JobView[] | null): Allowed {
  const can = (what: keyof Allowed) => jobs === null || jobs.some((job) => allowed(job.state)[what]);
  return {
    pause: can("pause"),
    resume: can("resume"),
    cancel: can("cancel"),
    retry: can("retry"),
    top: can("top"),
    open: false,
  };
}

export async function runOnSelected(ferry: Ferry, action: Exclude<JobAction, "cancel">): Promise<void> {
  const { runs, count } = ferry.selection;
  const result = await ferry.control(action, runsSelection(runs));
  if (!result || result.unchanged === 0) return;
  const left = t("selection.unchanged", { n: result.unchanged });
  ferry.notices.say(
    result.changed === 0 && count > 0 ? left : `${t(`selection.${action}_did`, { n: result.changed })} ${left}`,
  );
}

/** Asks only if much of what was sent would be lost; otherwise it can be undone. */
export function cancelJobs(ferry: Ferry, runs: readonly Run[], count: number): void {
  const sent = ferry.motion.sentOf(runs);
  const run = () => void cancelNow(ferry, runs);
  if (sent < MUCH_SENT) run();
  else
    ferry.question = {
      title: t("confirm.cancel_files", { n: count }),
      text: t("confirm.cancel_sent", { n: count }),
      run,
    };
}

async function cancelNow(ferry: Ferry, runs: readonly Run[]): Promise<void> {
  // What was cancelled before stays so when this is undone.
  const before = runsOf(ferry.pages.loaded(() => true).flatMap((job) => (job.state === "cancelled" ? [job.id] : [])));
  const result = await ferry.control("cancel", runsSelection(runs));
  if (!result || result.changed === 0) return;
  const undo = () => void ferry.control("retry", runsSelection(without(runs, before)));
  ferry.notices.say(t("selection.cancelled", { n: result.changed }), { label: t("action.undo"), run: undo });
}

export function selectionMenu(ferry: Ferry): MenuItem[] {
  const { selection } = ferry;
  const can = selectedCan(selection.known());
  const run = (action: Exclude<JobAction, "cancel">) => () => void runOnSelected(ferry, action);
  const items: (MenuItem | false)[] = [
    can.retry && { label: t("job.retry"), icon: "retry", key: "R", run: run("retry") },
    can.pause && { label: t("job.pause"), icon: "pause", key: "P", run: run("pause") },
    can.resume && { label: t("job.resume"), icon: "play", key: can.pause ? undefined : "P", run: run("resume") },
    can.top && { label: t("job.top"), icon: "top", key: "T", run: run("top") },
    { label: t("selection.clear"), key: "Esc", run: () => selection.clear() },
    can.cancel && {
      label: t("job.cancel"),
      icon: "x",
      key: t("key.delete"),
      danger: true,
      apart: true,
      run: () => cancelJobs(ferry, selection.runs, selection.count),
    },
  ];
  return items.filter((item) => item !== false);
}
