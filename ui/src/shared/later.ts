// What no start needs: loaded when it is shown first, or while nothing else is to be done.
import { tick } from "svelte";

const views = {
  settings: () => import("../features/settings/SettingsView.svelte"),
  history: () => import("../features/receipts/History.svelte"),
  signIn: () => import("../features/session/SignIn.svelte"),
  staging: () => import("../features/upload/StagingSheet.svelte"),
  details: () => import("../features/queue/Details.svelte"),
  retarget: () => import("../features/queue/RetargetDialog.svelte"),
};

/** Components by what they show; each comes once. */
export const later = views;

/** Has all of them at hand, one after the other. */
export async function loadTheRest(): Promise<void> {
  for (const load of Object.values(views)) {
    await load();
    await tick();
  }
}
