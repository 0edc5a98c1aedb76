/** Where the adapters, their programs and dlv find each other; nobody from outside reaches it. */
export const LOOPBACK = '127.0.0.1';
