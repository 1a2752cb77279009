"""`python -m adapters.sample_ckan --port 5100`: serve the sample site until interrupted."""

import click

from adapters.sample_ckan.server import SampleServer


@click.command()
@click.option("--port", default=5100, show_default=True, help="Port on loopback; 0 takes a free one.")
def main(port: int) -> None:
    """Serve a small CKAN site with made-up datasets, to try harvests with.

    Its datasets have other ids than those that `harvester demo` harvests.
    """
    try:
        site = SampleServer(port, twin=True)
    except OSError as error:
        raise click.ClickException(f"port {port} can't be used ({error.strerror}): choose another with --port") from error
    with site as server:
        click.echo(f"sample CKAN with {len(server.catalogue)} datasets at {server.url} (end it with Ctrl-C)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("ended")


main()
