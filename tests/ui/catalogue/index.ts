// Every view and state of the window, by the name of its pictures.
import { collections } from "./collections";
import { duplicates } from "./duplicates";
import { metadata } from "./metadata";
import { places } from "./places";
import { queue } from "./queue";
import { session } from "./session";
import { staging } from "./staging";
import { sync } from "./sync";
import type { Views } from "./view";

export type { View } from "./view";

export const VIEWS: Views = {
  ...session,
  ...queue,
  ...staging,
  ...metadata,
  ...duplicates,
  ...places,
  ...collections,
  ...sync,
};
