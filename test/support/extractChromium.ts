/** Unpacks what `@sparticuz/chromium` holds into the directory for temporary files, which is where it puts it. */
import { fileURLToPath } from "node:url"
import { inflate } from "@sparticuz/chromium"

const archive = (name: string) => fileURLToPath(new URL(`../bin/${name}`, import.meta.resolve("@sparticuz/chromium")))

// The browser, the libraries that a bare Debian lacks, and a font.
for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br"]) await inflate(archive(name))
