// What is directly in one of the staged folders, page by page.
import type { Backend, Failure, StagedEntry, StagingChoices } from "../ipc";
import { toFailure } from "../ipc/failure";

/** Rows that come at once; more are asked for. */
const PAGE = 100;

/** A file that goes, as far as anybody knows. */
export const isSent = (entry: StagedEntry): boolean => !entry.folder && entry.left_out === null && !entry.failure;

export class StagedFolder {
  folder = $state("");
  entries = $state.raw<StagedEntry[]>([]);
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  private wanted = PAGE;
  private round = 0;

  constructor(
    private readonly backend: Backend,
    readonly root: string,
  ) {
    this.folder = root;
  }

  readonly more = $derived(Math.max(0, (this.total ?? 0) - this.entries.length));

  /** From the given folder down to the one that is shown. */
  readonly trail = $derived.by(() => {
    const names = this.folder.slice(this.root.length).split(/[\\/]/).filter(Boolean);
    let end = this.root.length;
    return names.map((name) => {
      end = this.folder.indexOf(name, end) + name.length;
      return { name, path: this.folder.slice(0, end) };
    });
  });

  open(folder: string): void {
    this.folder = folder;
    this.wanted = PAGE;
    this.entries = [];
    this.total = null;
  }

  async load(choices: StagingChoices): Promise<void> {
    const round = ++this.round;
    try {
      const limit = Math.min(this.wanted, 1000);
      const page = await this.ask(choices, 0, limit);
      let entries = page.entries;
      while (entries.length < Math.min(this.wanted, page.total)) {
        const next = await this.ask(choices, entries.length, 1000);
        if (next.entries.length === 0) break;
        entries = [...entries, ...next.entries];
      }
      if (round !== this.round) return;
      this.entries = entries;
      this.total = page.total;
      this.failure = null;
    } catch (reason) {
      if (round === this.round) this.failure = toFailure(reason);
    }
  }

  async loadMore(choices: StagingChoices): Promise<void> {
    this.wanted = this.entries.length + PAGE;
    await this.load(choices);
  }

  /** Every file of the folder that would be sent, also those that are not shown yet. */
  async files(choices: StagingChoices): Promise<string[]> {
    let entries: readonly StagedEntry[] = this.entries;
    while (this.total !== null && entries.length < this.total) {
      const next = await this.ask(choices, entries.length, 1000);
      if (next.entries.length === 0) break;
      entries = [...entries, ...next.entries];
    }
    return entries.filter(isSent).map(({ path }) => path);
  }

  private ask(choices: StagingChoices, offset: number, limit: number) {
    return this.backend.listStaged({ root: this.root, folder: this.folder, choices, offset, limit });
  }
}
