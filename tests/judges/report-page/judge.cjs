// Opens reports in a real browser and says what is wrong with them. See ../report.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const [modules, ...words] = process.argv.slice(2)
const { chromium } = require(path.join(modules, 'playwright-core'))
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8')

let pictures = null
if (words[0] === '--picture') {
  pictures = words[1]
  words.splice(0, 2)
}
const files = words
if (files.length === 0) {
  console.error('report: nothing to judge')
  process.exit(2)
}

// Run inside of the page.
const structure = () => {
  const found = []
  const say = (what) => found.push(what)
  if (document.documentElement.lang !== 'en') say('the page does not say its language')
  if (!document.title.trim()) say('the page has no title')
  if (document.querySelector('script, iframe, object, embed, link, base, img')) say('the page has an element that loads or runs something')
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')
  if (!policy || !policy.content.startsWith("default-src 'none'")) say('the page has no content security policy that forbids everything')
  let level = 0
  for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) say(`a heading of level ${own} follows one of level ${level}: ${heading.textContent}`)
    level = own
  }
  if (document.querySelectorAll('h1').length !== 1) say('the page has not exactly one main heading')
  for (const table of document.querySelectorAll('table')) {
    const name = table.caption ? table.caption.textContent : '?'
    if (!table.caption) say('a table has no caption')
    if (!table.tHead) say(`a table has no head: ${name}`)
    for (const header of table.querySelectorAll('th')) {
      if (!header.scope) say(`a table header has no scope: ${header.textContent} in ${name}`)
    }
    const widths = new Set([...table.rows].map((row) => row.cells.length))
    if (widths.size > 1) say(`a table has rows of different lengths: ${name}`)
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) say(`two elements have the id ${id}`)
  for (const link of document.querySelectorAll('a[href]')) {
    const target = link.getAttribute('href')
    if (!target.startsWith('#') || !document.getElementById(target.slice(1))) say(`a link leads nowhere in the page: ${target}`)
  }
  for (const picture of document.querySelectorAll('svg')) {
    if (!picture.querySelector('title') || !picture.querySelector('desc')) say('a picture has no title or description')
    const frame = picture.getBoundingClientRect()
    for (const text of picture.querySelectorAll('text')) {
      const own = text.getBoundingClientRect()
      if (own.right > frame.right + 1 || own.bottom > frame.bottom + 1) say(`a text leaves its picture: ${text.textContent}`)
      const box = text.parentElement.querySelector(':scope > rect.box')
      if (box && own.right > box.getBoundingClientRect().right + 1) say(`a text leaves its box: ${text.textContent}`)
    }
  }
  const main = document.querySelector('main')
  const verdict = document.querySelector('.verdict')
  if (!main || !verdict || !/conform to|conforms to/.test(verdict.textContent)) say('the page has no verdict')
  else if (verdict.getBoundingClientRect().bottom > 900) say('the verdict is not on the first screen')
  if (document.documentElement.scrollWidth > window.innerWidth) say('the page scrolls sideways')
  return found
}

const accessibility = async (page, what, say) => {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  for (const violation of violations) {
    const where = violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')
    say(`axe, ${what}: ${violation.id}: ${violation.help} (${where})`)
  }
}

// Everything that can be operated, in the order in which Tab reaches it.
const keyboard = async (page, say) => {
  const wanted = await page.evaluate(() => {
    const operable = [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
    return operable.filter((element) => element.checkVisibility()).length
  })
  let reached = 0
  let before = null
  for (let step = 0; step < wanted + 2; step += 1) {
    await page.keyboard.press('Tab')
    const here = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return null
      const box = element.getBoundingClientRect()
      const style = getComputedStyle(element)
      return { text: element.textContent.trim().slice(0, 40), top: box.top + window.scrollY, left: box.left, outline: style.outlineStyle }
    })
    if (!here) break
    reached += 1
    if (reached === 1 && !here.text.startsWith('Skip')) say(`the first thing that Tab reaches is no skip link: ${here.text}`)
    if (here.outline === 'none') say(`the focus cannot be seen on: ${here.text}`)
    if (before && reached > 2 && here.top < before.top - 5) say(`Tab goes back up from "${before.text}" to "${here.text}"`)
    before = here
  }
  if (reached < wanted) say(`Tab reaches ${reached} of ${wanted} things that can be operated`)
  const closed = page.locator('summary').first()
  await closed.focus()
  await page.keyboard.press('Enter')
  if (!(await closed.evaluate((summary) => summary.parentElement.open))) say('Enter opens no details')
  else await page.keyboard.press('Enter')
}

const photograph = async (page, file, what) => {
  if (!pictures) return
  fs.mkdirSync(pictures, { recursive: true })
  const name = path.basename(path.dirname(path.resolve(file)))
  await page.screenshot({ path: path.join(pictures, `${name}-${what}.png`), fullPage: true })
}

const judge = async (browser, file) => {
  const findings = []
  const say = (what) => findings.push(`${file}: ${what}`)
  for (const [what, options] of [
    ['light', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 900 } }],
    ['narrow', { colorScheme: 'light', viewport: { width: 360, height: 900 } }],
  ]) {
    const context = await browser.newContext({ ...options, offline: true })
    const page = await context.newPage()
    const address = pathToFileURL(path.resolve(file)).href
    page.on('request', (request) => { if (request.url() !== address) say(`asks for ${request.url()}`) })
    page.on('console', (message) => say(`says on the console: ${message.text()}`))
    page.on('pageerror', (error) => say(`fails with ${error.message}`))
    await page.goto(address)
    await photograph(page, file, what)
    if (what === 'narrow') {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      if (wide) say('the page scrolls sideways on a telephone')
    } else {
      for (const found of await page.evaluate(structure)) say(`${found} (${what})`)
      await accessibility(page, what, say)
    }
    if (what === 'light') {
      await keyboard(page, say)
      await page.emulateMedia({ media: 'print' })
      await photograph(page, file, 'print')
      await accessibility(page, 'print', say)
      const hidden = await page.evaluate(() => [...document.querySelectorAll('details:not([open]) table')]
        .filter((table) => !table.checkVisibility()).length)
      if (hidden > 0) say(`${hidden} tables are not printed`)
      const printed = await page.pdf({ preferCSSPageSize: true })
      if (printed.length < 20000) say('hardly anything is printed')
      if (pictures) fs.writeFileSync(path.join(pictures, `${path.basename(path.dirname(path.resolve(file)))}.pdf`), printed)
    }
    await context.close()
  }
  return findings
}

const main = async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  let all = []
  for (const file of files) all = all.concat(await judge(browser, file))
  await browser.close()
  for (const finding of [...new Set(all)]) console.log(finding.replaceAll('\n', ' '))
  console.error(`report: ${files.length} pages, ${all.length} findings`)
  return all.length > 0 ? 1 : 0
}

main().then((code) => process.exit(code), (error) => {
  console.error(`report: ${error.stack}`)
  process.exit(2)
})
