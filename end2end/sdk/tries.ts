// Which calls were tried.
import { expect } from "@playwright/test";

/** Makes calls, and notes them by their names in Python. */
export class Tries {
  readonly names = new Set<string>();

  async call<T>(name: string, answer: PromiseLike<T>): Promise<T> {
    this.names.add(name);
    return await answer;
  }

  /** A list, walked to its end. */
  async all<T>(name: string, list: AsyncIterable<T>): Promise<T[]> {
    this.names.add(name);
    const rows: T[] = [];
    for await (const row of list) rows.push(row);
    return rows;
  }

  /** Calls that a fresh draft is not made for: they are to be refused in a sentence. */
  async refused(name: string, answer: PromiseLike<unknown>) {
    this.names.add(name);
    await expect(Promise.resolve(answer)).rejects.toThrow(/[a-z]/);
  }
}
