"""Names of tools that check, build, measure and show; what they read is what a developer reads."""

from sidecar.core.understand.listed import listed

TOOLS = listed(
    # The state of a machine.
    "blkid lvs vgs pvs lvdisplay vgdisplay pvdisplay lsns getfacl getfattr getcap lsattr lslocks lsipc lscgroup namei"
    " findmnt mountpoint sensors acpi upower inxi neofetch fastfetch screenfetch lshw hwinfo nethogs iftop bmon iotop"
    " pidstat slabtop smem mailq squeue sinfo sacct sstat sprio qstat bjobs fatrace biosnoop lsinitramfs modinfo"
    # Texts and data.
    " col tldr cheat jless glow hexyl fx gron dasel htmlq pup jo jc xq tomlq xsv qsv csvkit csvjson in2csv csvformat"
    " visidata vd miller units bc num choose sd frawk teip pastel figlet toilet boxes lolcat chafa exiftool mediainfo"
    # Checks and formatters.
    " vale madge depcruise knip commitlint cspell zizmor jsonnetfmt spectral redocly vacuum swagger-cli golines gci"
    " gofumpt errcheck revive luacheck stylua selene credo dialyzer hlint ormolu fourmolu scalafmt scalafix"
    " cargo-deny cargo-audit licensee reuse pyflakes pycodestyle pydocstyle autopep8 yapf autoflake pyupgrade refurb ty"
    " basedpyright djlint interrogate oxlint biome rome xo standard publint attw size-limit bundlesize lighthouse pa11y"
    " depcheck npm-check ncu jscpd ggshield taplo dprint topiary rustywind proselint textlint alex write-good lychee"
    " kubeval kubent pluto polaris kics terrascan regula infracost terraform-ls regal swiftformat google-java-format"
    # Builds, tests, generators.
    " swc babel tsup tsdown unbuild ncc microbundle terser svgo sass lessc postcss tailwindcss mockery sqlc"
    " stringer bats shellspec cucumber behave robot hyperfine xcbeautify xcpretty xcresulttool slather mkcert typedoc"
    " doxygen jsdoc godoc rustdoc mdbook asciidoctor antora docusaurus vitepress typst tectonic mermaid mmdc d2"
    " graphviz gnuplot drawio ccache sccache distcc maturin cython f2py gfortran nasm yasm ispc nvcc emcc wat2wasm"
    " wasm2wat"
    " wasm-opt wasm-objdump elm purs spago idris2 coqc lean agda ocaml ocamlc dafny tlc boogie z3 cvc5 minizinc"
    " verilator iverilog yosys ngspice octave maxima gp sage"
    # Pictures, films, papers.
    " oxipng optipng pngquant jpegoptim cwebp dwebp avifenc gifsicle latexmk xelatex lualatex bibtex biber pdfcrop qpdf"
    " pdfunite pdfinfo pdfimages pdffonts gs rsvg-convert inkscape potrace sox flac lame opusenc fc-list fc-match"
    " gltf-transform assimp woff2_compress fonttools pyftsubset img2webp exiv2 mkvinfo mp4box"
    # More of the languages' own.
    " govulncheck deadcode ineffassign nilaway gotestsum gotests richgo benchstat pprof go-licenses cargo-expand"
    " py-spy memray scalene pyinstrument snakeviz gprof2dot pipdeptree pip-licenses pyroma check-manifest twiggy"
    " schemathesis dredd newman hurl tavern pytest-watch ptw nodemon tsc-watch pg_isready pgformatter pg_format"
    " pgbadger"
    " explain.depesz sqruff squawk atlas-lint erd tbls schemaspy"
    " smartctl jps javap jcmd jstack jmap jstat zipinfo uchardet dos2unix unix2dos godot slither mythril solhint"
    " parquet-tools avro-tools orc-tools jwt step-cli marp quarto zola eleventy gem-spec luarocks-admin woff2_info"
    # Load on this machine.
    " wrk wrk2 hey oha k6 autocannon"
)

# What npx and uvx fetch every day, by their exact names.
FETCHED = frozenset(
    listed(
        "rimraf eslint prettier tsc jest vitest mocha vercel netlify wrangler serverless cdk firebase supabase prisma"
        " @redocly/cli openapi-typescript @biomejs/biome depcheck knip madge npm-check-updates ncu concurrently husky"
        " lint-staged commitlint @commitlint/cli typedoc storybook tailwindcss @tailwindcss/cli create-vite swc tsup"
        " @11ty/eleventy react-native expo expo-doctor eas-cli @stoplight/spectral-cli kill-port sst drizzle-kit"
        " knex typeorm degit"
        " @angular/cli @nestjs/cli create-react-app create-next-app sort-package-json npm-run-all npm-run-all2"
        " cross-env"
        " dotenv-cli dotenv wait-on start-server-and-test tsc-alias c8 nyc ava tap wtr web-ext @vscode/vsce vsce"
        " semantic-release release-it @changesets/cli changeset @openapitools/openapi-generator-cli graphql-codegen"
        " @graphql-codegen/cli apollo relay-compiler msw percy chromatic lighthouse @lhci/cli lhci bundlesize"
        " source-map-explorer webpack-bundle-analyzer aws-cdk cdktf ampx netlify-cli firebase-tools convex hardhat"
        " json2ts json-schema-to-typescript quicktype ts-json-schema-generator"
        " @swc/cli @tanstack/router-cli vue-tsc svelte-check astro-check @astrojs/check remix rspack rsbuild"
        " markdownlint-cli2 textlint alex remark remark-cli syncpack manypkg @manypkg/cli publint attw"
        " @arethetypeswrong/cli size-limit patch-package yalc dts-bundle-generator api-extractor"
        " @microsoft/api-extractor"
        " tldr cowsay figlet envinfo npm-packlist pkg-size ngrok-check @mermaid-js/mermaid-cli mmdc svgo sharp-cli"
        " html-validate pa11y linkinator stylelint prettier-package-json cz commitizen git-cz auto-changelog"
        " standard xo"
        " ruff black mypy pytest pre-commit isort flake8 pyright bandit pip-audit cookiecutter httpie poetry tox nox"
        " markdownlint-cli cspell zx nodemon pm2 jscpd ts-prune license-checker"
        " playwright cypress tsx ts-node vite webpack rollup esbuild stylelint turbo nx next nuxt astro ng lerna karma"
    )
)
