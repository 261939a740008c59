// An Upload Link or a Workspace, in words.
import { t } from "../../i18n";
import type { Failure, PlaceView } from "../../ipc";

/** With whose it is, such as *Upload Link “Press photos” of Acme*. */
export function titleOf(place: PlaceView, tenant: string): string {
  return t(`place.${place.kind}`, { name: place.name, library: place.library || tenant });
}

/** Why it is shut. */
export function troubleOf(place: PlaceView): Failure | null {
  if (place.trouble === null) return null;
  const who = place.trouble === "PlacePasswordWrong" ? "you" : "owner";
  return { code: place.trouble, who, params: { place: place.name, owner: place.owner }, details: "" };
}
