"""What the worker does for the official account."""

from procrastinate.contrib.django import app

from tongban.wechat.answering import forget


@app.periodic(cron="17 4 * * *")
@app.task(name="wechat.forget", queue="default", queueing_lock="wechat.forget")
def forget_old(timestamp: int) -> None:
    """Drop what is only kept against repetitions."""
    forget()
