import type { Page } from "@playwright/test";
import { stage, type Views } from "./view";

const type = async (page: Page, tenant: string) => {
  await page.getByLabel("Your Canto address").fill(tenant);
  await page.getByRole("button", { name: "Sign in" }).click();
};

export const session: Views = {
  "signed-out": { scenario: "signed-out" },
  "signin-network": {
    scenario: "signed-out",
    steps: async (page) => {
      await page.getByRole("button", { name: "Network and proxy" }).click();
      await page.getByRole("button", { name: "Back to sign-in" }).waitFor();
    },
  },
  "signin-failed": {
    scenario: "signed-out",
    steps: async (page) => {
      await type(page, "unknown.example");
      await page
        .getByRole("alert")
        .getByText("There is no unknown.example")
        .waitFor();
    },
  },
  "signin-key": {
    scenario: "signed-out",
    steps: async (page) => {
      await type(page, "nokey.canto.com");
      await page.getByLabel("App secret").waitFor();
    },
  },
  "signin-typo": {
    scenario: "signed-out",
    steps: async (page) => {
      await page.getByLabel("Your Canto address").fill("acme.cantoo.com");
      await page.getByRole("button", { name: "Use acme.canto.com" }).waitFor();
    },
  },
  "signin-upload-link": {
    scenario: "signed-out",
    steps: async (page) => {
      await page
        .getByLabel("Your Canto address")
        .fill("managed.canto.com/uploadlink/a1");
      await page.getByRole("button", { name: "Open in browser" }).waitFor();
    },
  },
  "place-link": {
    scenario: "signed-out",
    steps: async (page) => {
      await page
        .getByLabel("Your Canto address")
        .fill("studio.canto.com/uploadlink/press");
      await page.getByRole("button", { name: "Connect" }).waitFor();
    },
  },
  "place-password": {
    scenario: "signed-out",
    steps: async (page) => {
      await page
        .getByLabel("Your Canto address")
        .fill("studio.canto.com/uploadlink/agency");
      await page.getByLabel("Password of the Upload Link").fill("wrong");
      await page.getByRole("button", { name: "Connect" }).click();
      await page.getByRole("alert").getByText("isn’t the password").waitFor();
    },
  },
  "place-expired": {
    scenario: "signed-out",
    steps: async (page) => {
      await page
        .getByLabel("Your Canto address")
        .fill("studio.canto.com/uploadlink/over");
      await page.getByText("The time for").waitFor();
    },
  },
  "place-workspace": {
    scenario: "signed-out",
    steps: async (page) => {
      await page
        .getByLabel("Your Canto address")
        .fill("studio.canto.com/v/brand");
      await page.getByText("Its members sign in").waitFor();
    },
  },
  "place-staging": { scenario: "upload-link", steps: (page) => stage(page) },
  "place-menu": {
    scenario: "upload-link",
    menu: "Enter",
    steps: (page) => page.getByRole("button", { name: /^Account/ }).click(),
  },
  "place-closed": { scenario: "place-closed" },
  "place-again": {
    scenario: "place-closed",
    steps: (page) => page.getByRole("button", { name: "Try again" }).click(),
  },
  "no-upload-right": { scenario: "consumer" },
  "signin-browser": {
    scenario: "signed-out",
    steps: async (page) => {
      await type(page, "acme");
      await page.getByRole("button", { name: "Open again" }).waitFor();
    },
  },
  "signin-again": {
    scenario: "signin-required",
    steps: (page) =>
      page.getByRole("button", { name: "Sign in again" }).click(),
  },
  "account-menu": {
    scenario: "busy",
    menu: "Enter",
    steps: (page) => page.getByRole("button", { name: /^Account/ }).click(),
  },
  "sign-out": {
    scenario: "busy",
    steps: async (page) => {
      await page.getByRole("button", { name: /^Account/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  accounts: {
    scenario: "accounts",
    menu: "Enter",
    steps: (page) => page.getByRole("button", { name: /^Account/ }).click(),
  },
  "no-keychain": {
    scenario: "no-keychain",
    steps: async (page) => {
      await type(page, "acme");
      await page.getByLabel("Once more").waitFor();
    },
  },
  "passphrase-wanted": {
    scenario: "locked",
    steps: async (page) => {
      await page.getByLabel("Passphrase").fill("wrong");
      await page.getByRole("button", { name: "Open", exact: true }).click();
      await page.getByRole("alert").getByText("doesn’t open").waitFor();
    },
  },
  "start-failed": { scenario: "damaged" },
};
