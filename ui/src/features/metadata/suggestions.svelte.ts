// The list below a field for words: what fits the text, and which of it the arrow keys are at.

const WAIT_MS = 120;

export class Suggestions {
  open = $state(false);
  /** Of `options`; -1 is the text itself. */
  active = $state(-1);
  private found = $state.raw<string[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  constructor(
    private readonly suggest: (text: string) => Promise<string[]>,
    private readonly taken: () => readonly string[],
    /** Nothing but what is suggested can be taken. */
    private readonly strict: () => boolean,
  ) {}

  readonly options = $derived.by(() => this.found.filter((word) => !this.taken().includes(word)));
  readonly shown = $derived.by(() => this.open && this.options.length > 0);
  readonly chosen = $derived.by<string | null>(() => (this.shown ? (this.options[this.active] ?? null) : null));

  typed(text: string): void {
    this.open = this.strict() || text !== "";
    this.active = -1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(text), this.strict() ? 0 : WAIT_MS);
  }

  close(): void {
    this.round++;
    clearTimeout(this.timer);
    this.open = false;
    this.active = -1;
  }

  /** What a quick Enter means, before the list for the text has come: its first option. */
  async first(text: string): Promise<string | null> {
    const taken = this.taken();
    return (await this.suggest(text)).find((word) => !taken.includes(word)) ?? null;
  }

  /** The option that is this text, whatever its case. */
  async exact(text: string): Promise<string | null> {
    const wanted = text.toLocaleLowerCase();
    return (await this.suggest(text)).find((word) => word.toLocaleLowerCase() === wanted) ?? null;
  }

  async move(step: 1 | -1, text: string): Promise<void> {
    if (!this.open) {
      this.open = true;
      await this.look(text);
    }
    const count = this.options.length;
    if (count === 0) return;
    // Where words are free, one place beside the options is the text itself.
    const places = this.strict() ? count : count + 1;
    const from = this.strict() ? this.active : this.active + 1;
    const to = (from + step + places) % places;
    this.active = this.strict() ? to : to - 1;
  }

  private async look(text: string): Promise<void> {
    const mine = ++this.round;
    const answer = await this.suggest(text);
    if (mine !== this.round) return;
    this.found = answer;
    // Where only what is suggested counts, Enter takes the first.
    this.active = this.strict() && text !== "" ? 0 : -1;
  }
}
