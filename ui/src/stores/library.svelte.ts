// The tenant's tree for choosing a destination: each folder's children are fetched when it is opened.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { AccountId, Backend, Failure, LibraryNode, NodeKind } from "../ipc";
import { toFailure } from "../ipc/failure";

const TOP = "";
const SEARCH_MS = 200;

export type Children = { at: "loading" } | { at: "here"; nodes: LibraryNode[] } | { at: "failed"; failure: Failure };

export interface TreeRow {
  node: LibraryNode;
  level: number;
  position: number;
  siblings: number;
}

export class Library {
  readonly children = new SvelteMap<string, Children>();
  readonly open = new SvelteSet<string>();
  search = $state("");
  results = $state.raw<LibraryNode[] | null>(null);
  searchFailure = $state.raw<Failure | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  constructor(
    private readonly backend: Backend,
    private readonly account: AccountId,
  ) {}

  readonly rows = $derived(this.flatten(TOP, 1));
  readonly top = $derived(this.children.get(TOP));

  async load(folder: string = TOP): Promise<void> {
    if (this.children.get(folder)?.at === "loading") return;
    if (!this.children.has(folder)) this.children.set(folder, { at: "loading" });
    try {
      const nodes = await this.backend.listLibrary(this.account, folder || null);
      this.children.set(folder, { at: "here", nodes: [...nodes].sort(byName) });
    } catch (reason) {
      this.children.set(folder, { at: "failed", failure: toFailure(reason) });
    }
  }

  toggle(node: LibraryNode, open = !this.open.has(node.id)): void {
    if (node.kind !== "folder") return;
    if (!open) this.open.delete(node.id);
    else {
      this.open.add(node.id);
      if (this.children.get(node.id)?.at !== "here") void this.load(node.id);
    }
  }

  find(text: string): void {
    this.search = text;
    clearTimeout(this.timer);
    const round = ++this.round;
    this.searchFailure = null;
    if (text.trim() === "") {
      this.results = null;
      return;
    }
    this.timer = setTimeout(async () => {
      try {
        const nodes = await this.backend.searchLibrary(this.account, text.trim());
        if (round === this.round) this.results = nodes;
      } catch (reason) {
        if (round === this.round) this.searchFailure = toFailure(reason);
      }
    }, SEARCH_MS);
  }

  async create(kind: NodeKind, parent: LibraryNode | null, name: string): Promise<LibraryNode> {
    const make = kind === "folder" ? this.backend.createFolder : this.backend.createAlbum;
    const node = await make.call(this.backend, this.account, parent?.id ?? null, name);
    if (parent) this.open.add(parent.id);
    await this.load(parent?.id ?? TOP);
    return node;
  }

  private flatten(folder: string, level: number): TreeRow[] {
    const children = this.children.get(folder);
    if (children?.at !== "here") return [];
    return children.nodes.flatMap((node, index) => [
      { node, level, position: index + 1, siblings: children.nodes.length },
      ...(this.open.has(node.id) ? this.flatten(node.id, level + 1) : []),
    ]);
  }
}

const names = new Intl.Collator(undefined, { numeric: true });

/** Folders before albums, each by name, numbers as numbers. */
function byName(a: LibraryNode, b: LibraryNode): number {
  if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
  return names.compare(a.name, b.name);
}
