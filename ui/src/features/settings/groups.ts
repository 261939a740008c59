// Which settings stand together, and which of them a search finds.
import { t, type MessageKey } from "../../i18n";
import type { SettingKey, SettingView } from "../../ipc";

const GROUPS: { title: MessageKey; keys: SettingKey[] }[] = [
  { title: "settings.group.look", keys: ["language", "theme", "rows"] },
  { title: "settings.group.uploads", keys: ["sidecars"] },
];

export interface SettingGroup {
  title: string;
  settings: SettingView[];
}

export const titleOf = (key: SettingKey): string => t(`setting.${key}`);
export const textOf = (key: SettingKey): string => t(`setting.${key}_text`);
/** Choices come from the engine; the locale test holds their keys. */
export const choiceOf = (key: SettingKey, choice: string): string => t(`setting.${key}.${choice}` as MessageKey);

/** Empty text finds all. Words may stand anywhere, in any order. */
export function groupsOf(settings: SettingView[], text: string): SettingGroup[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ key, choices }: SettingView): boolean => {
    const said = [titleOf(key), textOf(key), ...choices.map((choice) => choiceOf(key, choice))];
    const all = said.join(" ").toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  };
  return GROUPS.map(({ title, keys }) => ({
    title: t(title),
    settings: settings.filter((setting) => keys.includes(setting.key) && fits(setting)),
  })).filter((group) => group.settings.length > 0);
}
