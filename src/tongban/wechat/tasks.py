"""What the worker does for the official account."""

from procrastinate.contrib.django import app

from tongban.wechat import answering


@app.periodic(cron="17 * * * *")
@app.task(name="wechat.forget", queue="default", queueing_lock="wechat.forget")
def forget_old(timestamp: int) -> None:
    """Drop what is only kept against repetitions."""
    answering.forget()


@app.task(name="wechat.answer_later", queue="notices", priority=5, retry=3)
def answer_later(sealed: str) -> None:
    """Find the answer that took too long for a passive reply, and send it."""
    answering.answer_late(sealed)
