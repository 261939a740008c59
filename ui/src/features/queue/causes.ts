// What can be done about one cause of problems.
import { placeOf, rightOf, sentenceOf } from "../../errors/catalog";
import { t } from "../../i18n";
import type { AccountView, Failure } from "../../ipc";
import type { Cause } from "../../stores/causes.svelte";

const OF_A_PLACE = ["NoPermission", "DestinationMissing", "DestinationRefused"];

/** The place is what stands in the way: another one may do. Nothing of the file may be with Canto. */
export function mayGoElsewhere({ code, params }: Failure): boolean {
  return OF_A_PLACE.includes(code) && params.right !== "upload" && params.right !== "view";
}

/** A text for whoever can help: who is asking, for which right, where. */
export function requestFor({ failure, jobs }: Cause, account: AccountView | undefined): string {
  const about = {
    files: t("causes.files", { n: jobs.length }),
    tenant: account?.tenant ?? "",
    sentence: sentenceOf(failure),
    code: failure.code,
  };
  const right = rightOf(failure);
  if (!right || !account) return t("causes.request", about);
  const who = account.user_name && account.email ? `${account.user_name} (${account.email})` : account.email;
  const place = placeOf(failure);
  return t(place ? "causes.request_right_there" : "causes.request_right", {
    ...about,
    user: who || account.user_name,
    right,
    place,
  });
}
