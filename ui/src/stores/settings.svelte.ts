// What is set, and what that means for the page as a whole: language, colours, height of rows.
import { SvelteMap } from "svelte/reactivity";
import { detectLanguage, locale } from "../i18n";
import type { Backend, BandwidthView, SettingKey, SettingView } from "../ipc";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

export class Settings {
  /** In the order in which they are shown. */
  all = $state.raw<SettingView[]>([]);
  private readonly values = new SvelteMap<SettingKey, string>();
  private round = 0;

  constructor(private readonly backend: Backend) {
    dark.addEventListener("change", () => this.apply());
    this.apply();
  }

  /** What holds at present; null until it is known. */
  bandwidth = $state.raw<BandwidthView | null>(null);

  /** Undefined until they are known. */
  value(key: SettingKey): string | undefined {
    return this.values.get(key);
  }

  /** In pixels, as `--row` in tokens.css. */
  readonly rowHeight = $derived.by(() => (this.value("rows") === "compact" ? 32 : 44));

  /** Rejects with a `Failure`; then everything stays as it was. */
  async load(): Promise<void> {
    const round = ++this.round;
    const all = await this.backend.listSettings();
    // An answer that was overtaken by a later question says nothing any more.
    if (round === this.round) this.take(all);
  }

  /** Looks at the computer; where that fails, nothing is said of it. */
  async look(): Promise<void> {
    this.bandwidth = await this.backend.bandwidth().catch(() => null);
  }

  /** Shown at once; what the engine refuses is taken back. */
  async set(key: SettingKey, value: string): Promise<void> {
    this.round++;
    this.take(this.all.map((setting) => (setting.key === key ? { ...setting, value } : setting)));
    const usual = this.all.find((setting) => setting.key === key)?.usual === value;
    try {
      await this.backend.setSetting(key, usual ? null : value);
    } finally {
      await this.load();
    }
  }

  private take(all: SettingView[]): void {
    this.all = all;
    for (const { key, value } of all) this.values.set(key, value);
    this.apply();
  }

  private apply(): void {
    const language = this.value("language") ?? "system";
    locale.use(language === "system" ? detectLanguage() : language);
    const theme = this.value("theme") ?? "system";
    const root = document.documentElement;
    root.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    root.dataset.rows = this.value("rows") ?? "roomy";
  }
}
