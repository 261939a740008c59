export { remembered } from "./remembered";
export { detectLanguage, locale, t, type MessageKey, type Params } from "./text.svelte";
