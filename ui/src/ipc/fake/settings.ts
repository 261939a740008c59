// Settings of the simulation: what the engine's registry says, kept as long as the page.
import type { BandwidthView, SettingKey, SettingView } from "../bindings";
import { failureOf } from "./queue";

const DUPLICATE_RULES = [
  "off",
  "filename:version",
  "filename:new",
  "filename:skip",
  "filename:ask",
  "md5:new",
  "md5:skip",
  "md5:ask",
];

const CHOICES: Record<SettingKey, string[]> = {
  language: ["system", "en", "de"],
  theme: ["system", "light", "dark"],
  rows: ["roomy", "compact"],
  metadata_dialog: ["when_required", "always", "never"],
  sidecars: ["upload", "leave_out"],
  duplicates_upload: DUPLICATE_RULES,
  duplicates_sync: DUPLICATE_RULES,
  duplicates_picture: ["off", "on"],
  sync: ["on", "off"],
  sync_frequency: [],
  sync_changed: ["version", "new"],
  start_at_login: ["off", "on"],
  notify_done: ["on", "off"],
  notify_needs: ["on", "off"],
  notify_failed: ["on", "off"],
  collections_when: ["every_hour", "every_15_minutes", "every_5_minutes", "every_day", "at_start", "by_hand"],
  collections_deleted: ["stay_away", "come_back"],
  limit_up: [],
  limit_down: [],
  timetable: [],
  on_battery: ["go_on", "rest"],
  on_metered: ["go_on", "rest"],
  rest_until: [],
  proxy: ["system", "none", "manual", "pac"],
  proxy_address: [],
  proxy_pac: [],
  proxy_user: [],
  proxy_exceptions: [],
  authorities: [],
  secrets: ["keep", "session"],
};

const ADMINISTRATORS: readonly SettingKey[] = ["duplicates_upload", "duplicates_sync", "duplicates_picture"];

/** What the engine would say of what is typed; it takes more spellings. */
const TYPED: Partial<Record<SettingKey, { fits: RegExp; reason: string }>> = {
  limit_up: { fits: /^\d+([.,]\d+)? ?[KMG](B|bit)\/s$/i, reason: "limit" },
  limit_down: { fits: /^\d+([.,]\d+)? ?[KMG](B|bit)\/s$/i, reason: "limit" },
  sync_frequency: { fits: /^(at_once|5|15|60|by_hand|\d?\d:\d\d)$/, reason: "frequency" },
  timetable: { fits: /^(\S+ \d\d:\d\d-\d\d:\d\d (rest|full|up .+|down .+)(; |$))+$/, reason: "timetable" },
  proxy_address: { fits: /^((https?|socks5):\/\/)?[^@/:]+:\d+$/, reason: "proxy_address" },
  proxy_pac: { fits: /^(https?:\/\/|\/)./, reason: "proxy_script" },
  proxy_exceptions: { fits: /^[^/]*$|\/\d+/, reason: "proxy_exceptions" },
  authorities: { fits: /^\//, reason: "authorities" },
};

export class FakeSettings {
  private readonly chosen = new Map<SettingKey, string>();

  /** `managed`: what an administrator has set, and who. */
  constructor(
    private readonly managed: { by: string; settings: Partial<Record<SettingKey, string>> } | null,
    /** Whoever is signed in is no administrator. */
    private readonly others: boolean,
  ) {
    if (others) this.chosen.set("duplicates_upload", "filename:skip");
  }

  list(): SettingView[] {
    return (Object.keys(CHOICES) as SettingKey[]).map((key) => {
      const [choices, locked] = [CHOICES[key], this.managed?.settings[key]];
      const usual = choices[0] ?? "";
      const value = locked ?? this.chosen.get(key) ?? usual;
      const locked_by = locked === undefined ? null : this.managed!.by;
      return {
        key,
        value,
        usual,
        choices,
        locked_by,
        administrators_only: this.others && ADMINISTRATORS.includes(key),
      };
    });
  }

  bandwidth(): BandwidthView {
    return { up: null, down: null, by_timetable: false, rest: null, on_battery: false, on_metered: null };
  }

  set(key: SettingKey, value: string | null): void {
    if (this.managed?.settings[key] !== undefined) throw failureOf("SettingLocked", "it", { by: this.managed.by });
    if (this.others && ADMINISTRATORS.includes(key))
      throw failureOf("SettingLocked", "admin", { reason: "administrators" });
    const typed = TYPED[key];
    if (value && typed && !typed.fits.test(value))
      throw failureOf("RequestInvalid", "you", { reason: typed.reason, value });
    if (value === null) this.chosen.delete(key);
    else this.chosen.set(key, value);
  }
}
