// What no start needs: loaded right after it, or when it is shown first.
import { SvelteMap } from "svelte/reactivity";

const loads = {
  settings: () => import("../features/settings/SettingsView.svelte"),
  collections: () => import("../features/collections/CollectionsView.svelte"),
  sync: () => import("../features/sync/AutoSync.svelte"),
  history: () => import("../features/receipts/History.svelte"),
  signIn: () => import("../features/session/SignIn.svelte"),
  staging: () => import("../features/upload/StagingSheet.svelte"),
  details: () => import("../features/queue/Details.svelte"),
  decide: () => import("../features/duplicates/DecisionDialog.svelte"),
  retarget: () => import("../features/queue/RetargetDialog.svelte"),
};

type Name = keyof typeof loads;
type Component<N extends Name> = Awaited<ReturnType<(typeof loads)[N]>>["default"];

const NAMES = Object.keys(loads) as Name[];

class Later {
  private readonly known = new SvelteMap<Name, unknown>();

  /** A component, at once where it is loaded; null until it is. */
  view<N extends Name>(name: N): Component<N> | null {
    const component = this.known.get(name) as Component<N> | undefined;
    if (!component) void this.load(name);
    return component ?? null;
  }

  /** Has all of them at hand. */
  async loadAll(): Promise<void> {
    await Promise.all(NAMES.map((name) => this.load(name)));
    // For tests, which are faster than anybody's hands.
    performance.mark("everything is loaded");
  }

  private async load(name: Name): Promise<void> {
    const { default: component } = await loads[name]();
    if (!this.known.has(name)) this.known.set(name, component);
  }
}

export const later = new Later();
