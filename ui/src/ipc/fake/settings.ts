// Settings of the simulation: what the engine's registry says, kept as long as the page.
import type { SettingKey, SettingView } from "../bindings";
import { failureOf } from "./queue";

const CHOICES: Record<SettingKey, string[]> = {
  language: ["system", "en", "de"],
  theme: ["system", "light", "dark"],
  rows: ["roomy", "compact"],
  sidecars: ["upload", "leave_out"],
};

export class FakeSettings {
  private readonly chosen = new Map<SettingKey, string>();

  /** `managed`: what an administrator has set, and who. */
  constructor(private readonly managed: { by: string; settings: Partial<Record<SettingKey, string>> } | null) {}

  list(): SettingView[] {
    return (Object.keys(CHOICES) as SettingKey[]).map((key) => {
      const [choices, locked] = [CHOICES[key], this.managed?.settings[key]];
      const usual = choices[0]!;
      const value = locked ?? this.chosen.get(key) ?? usual;
      return { key, value, usual, choices, locked_by: locked === undefined ? null : this.managed!.by };
    });
  }

  set(key: SettingKey, value: string | null): void {
    if (this.managed?.settings[key] !== undefined) throw failureOf("SettingLocked", "it", { by: this.managed.by });
    if (value === null) this.chosen.delete(key);
    else this.chosen.set(key, value);
  }
}
