"""The page in a browser: screens over the operations that the command line has too.

Starlette and uvicorn are the extra `web`; nothing else of Talekeep loads them. `screens` has a file for each
screen and knows no server, `guard` decides who may ask, `app` puts both together, `serve` runs it.
"""
