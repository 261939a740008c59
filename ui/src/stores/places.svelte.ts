// Where an account's uploads went before, and what its user wants to keep at hand. Kept on this computer.
import type { AccountId, Destination } from "../ipc";

const RECENT = 5;
const KINDS = ["folder", "album", "library"];

const keyOf = (account: AccountId): string => `ferry.places.${account}`;
/** A tenant may number folders and albums each for itself. */
const same = (a: Destination) => (b: Destination) => a.kind === b.kind && a.id === b.id;

export class Places {
  /** Newest first. */
  recent = $state.raw<Destination[]>([]);
  pinned = $state.raw<Destination[]>([]);

  constructor(private readonly account: AccountId) {
    const stored = read(keyOf(account));
    this.recent = stored.recent;
    this.pinned = stored.pinned;
  }

  readonly last = $derived<Destination | null>(this.recent[0] ?? null);

  use(place: Destination): void {
    const other = this.recent.filter((known) => !same(place)(known));
    this.recent = [place, ...other].slice(0, RECENT);
    this.write();
  }

  isPinned(place: Destination): boolean {
    return this.pinned.some(same(place));
  }

  togglePin(place: Destination): void {
    const pinned = this.isPinned(place);
    this.pinned = pinned ? this.pinned.filter((known) => !same(place)(known)) : [...this.pinned, place];
    this.write();
  }

  private write(): void {
    localStorage.setItem(keyOf(this.account), JSON.stringify({ recent: this.recent, pinned: this.pinned }));
  }
}

/** What is stored may be of another version, or be edited: only what fits is taken. */
function read(key: string): { recent: Destination[]; pinned: Destination[] } {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, unknown> | null;
    return { recent: placesIn(stored?.recent).slice(0, RECENT), pinned: placesIn(stored?.pinned) };
  } catch {
    return { recent: [], pinned: [] };
  }
}

function placesIn(list: unknown): Destination[] {
  return Array.isArray(list) ? list.filter(isPlace) : [];
}

function isPlace(value: unknown): value is Destination {
  const place = value as Partial<Destination> | null;
  return typeof place?.id === "string" && typeof place.path === "string" && KINDS.includes(place.kind ?? "");
}
