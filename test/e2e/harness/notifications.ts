import type { Locator, Page } from 'playwright-core';

/** A notification in view that has this text. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast', { hasText: text });
}

/** The texts of all notifications in view. */
export async function toastTexts(page: Page): Promise<readonly string[]> {
  return page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
}

export async function clickInToast(page: Page, text: string | RegExp, button: string): Promise<void> {
  await toast(page, text).getByRole('button', { name: button, exact: true }).click();
}
