// What a key, a click or a drag on a row does: with the row alone, or with all that is selected if it is among them.
import { t } from "../../i18n";
import type { JobView, QueueSpot } from "../../ipc";
import type { Ferry } from "../../stores/ferry.svelte";
import { runsOf, type Run } from "../../stores/runs";
import { runOnBatch, runOnJob } from "./actions";
import type { RowCommand } from "./keys";
import { spotBeside } from "./reorder";
import { locateRow, type Row } from "./rows";
import { cancelJobs, runOnSelected, runsSelection, selectedCan } from "./selected";

export class RowCommands {
  /** For those who can't see where the rows went. */
  said = $state("");
  private steps: Promise<void> = Promise.resolve();

  constructor(
    private readonly ferry: Ferry,
    private readonly focusRow: (index: number) => Promise<void>,
  ) {}

  jobAt = (index: number): JobView | undefined => {
    const place = this.ferry.queue.layout.at(index);
    return place?.kind === "job" ? this.ferry.pages.job(place.segment.source, place.offset) : undefined;
  };

  /** `true`: the command meant something here. */
  run(row: Row, command: RowCommand): boolean {
    const { queue, selection } = this.ferry;
    const { job, index } = row;
    if (command === "clear") return this.clear();
    if (command === "selectAll") void this.selectAll(row);
    else if (row.place.kind === "batch" && row.batch) runOnBatch(this.ferry, row.batch, command);
    else if (command === "collapse" && row.batch) void this.focusRow(queue.layout.indexOfBatch(row.batch.id) ?? 0);
    else if (!job) return false;
    else if (command === "select") selection.toggle(index, job.id);
    else if (command === "details") queue.toggleDetails(job.id);
    else if (command === "earlier" || command === "later") this.step(job, command === "later");
    else if (selection.covers(job.id) && command !== "open") this.runSelected(command);
    else runOnJob(this.ferry, job, command);
    return true;
  }

  async move(runs: readonly Run[], spot: QueueSpot, name: string): Promise<void> {
    const result = await this.ferry.move(runsSelection(runs), spot);
    if (!result || result.changed === 0) return;
    this.said = t(spot.after ? "queue.moved_after" : "queue.moved_before", { n: result.changed, name });
    await this.ferry.pages.refreshNow();
  }

  private clear(): boolean {
    const { queue, selection } = this.ferry;
    if (selection.count === 0 && queue.details === null) return false;
    if (selection.count > 0) selection.clear();
    else queue.details = null;
    return true;
  }

  private runSelected(command: RowCommand): void {
    const { selection } = this.ferry;
    if (command === "cancel") cancelJobs(this.ferry, selection.runs, selection.count);
    else if (command === "pause")
      void runOnSelected(this.ferry, selectedCan(selection.known()).pause ? "pause" : "resume");
    else if (command === "retry" || command === "top") void runOnSelected(this.ferry, command);
  }

  /** First the batch's files; when these are selected already, everything that is listed. */
  private async selectAll(row: Row): Promise<void> {
    const { queue, selection } = this.ferry;
    const before = selection.count;
    const { batch } = row.place.section;
    await selection.add(queue.pieces(batch));
    if (batch && selection.count === before) await selection.add(queue.pieces(null));
  }

  /** One after the other, so that keys that are pressed quickly all count. */
  private step(job: JobView, later: boolean): void {
    const { queue, pages, selection } = this.ferry;
    this.steps = this.steps.then(async () => {
      const index = locateRow(queue, pages, `j${job.id}`);
      if (!queue.movable || index === null) return;
      const runs = selection.covers(job.id) ? selection.runs : runsOf([job.id]);
      const spot = spotBeside(this.jobAt, index, runs, later);
      if (!spot) return;
      await this.move(runs, spot, pages.loaded((other) => other === spot.job)[0]?.name ?? "");
      // An element that is put elsewhere loses the focus.
      const now = locateRow(queue, pages, `j${job.id}`);
      if (now !== null) await this.focusRow(now);
    });
  }
}
