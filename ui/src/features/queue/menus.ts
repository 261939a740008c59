// The menu of a row: its own, that of its batch, or that of all that is selected.
import { t } from "../../i18n";
import type { MenuItem } from "../../shared/menu";
import type { Ferry } from "../../stores/ferry.svelte";
import { batchMenu, jobMenu, receiptMenu } from "./actions";
import type { Row } from "./rows";
import { selectionMenu } from "./selected";

/** `receipt`: of a batch, that of its receipt alone. A file that is not among the selected ones is selected instead of them. */
export function menuFor(ferry: Ferry, row: Row, receipt: boolean): { items: MenuItem[]; label: string } | null {
  const { selection } = ferry;
  const { job, batch } = row;
  if (job && selection.covers(job.id)) {
    return { items: selectionMenu(ferry), label: t("selection.actions", { n: selection.count }) };
  }
  if (job) {
    selection.only(row.index, job.id);
    return { items: jobMenu(ferry, job), label: t("job.actions", { name: job.name }) };
  }
  if (!batch || row.place.kind !== "batch") return null;
  const items = receipt ? receiptMenu(ferry, batch) : batchMenu(ferry, batch);
  return { items, label: t("batch.actions", { name: batch.label }) };
}
