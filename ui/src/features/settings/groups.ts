// Which settings stand together, and which of them a search finds.
import { t, type MessageKey } from "../../i18n";
import type { DuplicateRule, SettingKey, SettingView } from "../../ipc";
import { ruleName } from "../duplicates/words";

/** Groups that show more than settings. */
type GroupId = "look" | "uploads" | "sync" | "background" | "duplicates" | "bandwidth" | "network" | "sign_in";

const GROUPS: { id: GroupId; title: MessageKey; keys: SettingKey[] }[] = [
  { id: "look", title: "settings.group.look", keys: ["language", "theme", "rows"] },
  { id: "uploads", title: "settings.group.uploads", keys: ["metadata_dialog", "sidecars"] },
  { id: "sync", title: "settings.group.sync", keys: ["sync", "sync_frequency", "sync_changed"] },
  {
    id: "background",
    title: "settings.group.background",
    keys: ["start_at_login", "notify_done", "notify_needs", "notify_failed"],
  },
  {
    id: "duplicates",
    title: "settings.group.duplicates",
    keys: ["duplicates_upload", "duplicates_sync", "duplicates_picture"],
  },
  {
    id: "bandwidth",
    title: "settings.group.bandwidth",
    keys: ["limit_up", "limit_down", "timetable", "on_battery", "on_metered"],
  },
  {
    id: "network",
    title: "settings.group.network",
    keys: ["proxy", "proxy_address", "proxy_pac", "proxy_user", "proxy_exceptions", "authorities"],
  },
  { id: "sign_in", title: "settings.group.sign_in", keys: ["secrets"] },
];

/** Shown where the choice of the proxy gives them a meaning. */
const MATTERS: Partial<Record<SettingKey, string[]>> = {
  proxy_address: ["manual"],
  proxy_pac: ["pac"],
  proxy_user: ["system", "manual", "pac"],
  proxy_exceptions: ["system", "manual", "pac"],
};

/** Set elsewhere: by a button that says what it does, or (of collections) by a view of its own. */
type Elsewhere = "rest_until" | "collections_when" | "collections_deleted";
type Shown = Exclude<SettingKey, Elsewhere>;

/** A choice of theirs is a rule: a switch, a basis and an action. */
export const isRule = (key: SettingKey): boolean => key === "duplicates_upload" || key === "duplicates_sync";

/** What a typed setting may look like. */
const EXAMPLES: Partial<Record<SettingKey, MessageKey>> = {
  limit_up: "setting.limit_example",
  limit_down: "setting.limit_example",
  proxy_address: "setting.proxy_address_example",
  proxy_pac: "setting.proxy_pac_example",
  proxy_exceptions: "setting.proxy_exceptions_example",
  authorities: "setting.authorities_example",
};

export interface SettingGroup {
  id: GroupId;
  title: string;
  settings: SettingView[];
}

export const titleOf = (key: SettingKey): string => t(`setting.${key as Shown}`);
export const textOf = (key: SettingKey): string => t(`setting.${key as Shown}_text`);
export const exampleOf = (key: SettingKey): string => {
  const example = EXAMPLES[key];
  return example ? t(example) : "";
};
/** Choices come from the engine; the locale test holds their keys. */
export const choiceOf = (key: SettingKey, choice: string): string =>
  isRule(key) ? ruleName(choice as DuplicateRule) : t(`setting.${key}.${choice}` as MessageKey);

/** Who set it for everybody, or that only others may change it; null where this user may. */
export function lockOf({ locked_by, administrators_only }: SettingView): string | null {
  if (locked_by !== null) return locked_by ? t("settings.locked", { by: locked_by }) : t("settings.locked_unnamed");
  return administrators_only ? t("settings.administrators") : null;
}

/** Empty text finds all. Words may stand anywhere, in any order. */
export function groupsOf(settings: SettingView[], text: string): SettingGroup[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ key, choices }: SettingView, title: MessageKey): boolean => {
    const said = [t(title), titleOf(key), textOf(key), ...choices.map((choice) => choiceOf(key, choice))];
    if (isRule(key)) said.push(t("rule.basis_md5"), t("rule.basis_filename"));
    const all = said.join(" ").toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  };
  const proxy = settings.find((setting) => setting.key === "proxy")?.value ?? "";
  const matters = (key: SettingKey): boolean => MATTERS[key]?.includes(proxy) ?? true;
  return GROUPS.map(({ id, title, keys }) => ({
    id,
    title: t(title),
    settings: settings
      .filter(({ key }) => keys.includes(key) && matters(key))
      .filter((setting) => fits(setting, title)),
  })).filter((group) => group.settings.length > 0);
}
